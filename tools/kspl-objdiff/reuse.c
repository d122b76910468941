// SPDX-License-Identifier: GPL-2.0
/*
 * Finds new code that uses data of one struct as another struct.
 *
 * Types are paired by name. There is no name behind a void pointer, in a cast or in a
 * container_of(): the data is whatever the code uses it as. So compare which structs
 * each function uses in pre and in post: a variable of the same name that now points to
 * another struct, and a struct that is new in post, if another one is gone.
 */
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "types.h"

/* Uses */

/* The types of static variables are compared in types.c. */
static bool is_static(Dwarf_Die *die)
{
	Dwarf_Attribute attr;
	Dwarf_Op *op;
	size_t n;

	return dwarf_attr_integrate(die, DW_AT_location, &attr) &&
	       !dwarf_getlocation(&attr, &op, &n) && n == 1 &&
	       (op->atom == DW_OP_addr || op->atom == DW_OP_addrx);
}

/* Add a pointer to numbers, an array of numbers, or a function pointer. */
static void add_plain(struct uses *uses, Dwarf_Die *die, const char *scope)
{
	const char *words;
	struct use *use;

	if (starts_with(die_name(die), "__"))
		return;
	words = describe_type(die);
	if (!*words || !strcmp(words, "void *"))
		return;
	use = vec_add(uses);
	*use = (struct use){ .key = words, .plain = true,
			     .where = xasprintf("%s in %s", die_name(die), scope) };
	use->own = dwarf_tag(die) == DW_TAG_variable && ends_with(words, " *");
}

static void add_use(struct uses *uses, Dwarf_Die *die, const char *scope)
{
	struct end end;
	struct use *use;

	if (is_static(die))
		return;
	if (!find_struct(die, &end)) {
		add_plain(uses, die, scope);
		return;
	}
	use = vec_add(uses);
	use->where = xasprintf("%s in %s", die_name(die), scope);
	use->key = end.key;
	use->t = end.t;
	use->own = dwarf_tag(die) == DW_TAG_variable && end.far &&
		   !starts_with(die_name(die), "__");
}

/* @depth: nesting of inlined functions and blocks */
static void add_uses(struct uses *uses, Dwarf_Die *die, const char *scope,
		     int depth)
{
	Dwarf_Die child, origin;

	if (depth > 2 * MAX_NESTING)
		return;
	if (dwarf_tag(die) != DW_TAG_lexical_block) {
		scope = die_name(die);
		if (origin_of(die, &origin))
			add_uses(uses, &origin, scope, depth + 1);
	}
	if (dwarf_child(die, &child))
		return;
	do {
		switch (dwarf_tag(&child)) {
		case DW_TAG_formal_parameter:
		case DW_TAG_variable:
			add_use(uses, &child, scope);
			break;
		case DW_TAG_lexical_block:
		case DW_TAG_inlined_subroutine:
			add_uses(uses, &child, scope, depth + 1);
			break;
		}
	} while (!dwarf_siblingof(&child, &child));
}

static void add_function(Dwarf_Die *die, void *data)
{
	struct types *ts = data;

	if (dwarf_tag(die) == DW_TAG_subprogram &&
	    !dwarf_hasattr(die, DW_AT_declaration))
		add_uses(&ts->uses, die, "", 0);
}

static bool has_use(const struct uses *uses, const char *key)
{
	const struct use *use;

	vec_for_each(use, uses)
		if (!strcmp(use->key, key))
			return true;
	return false;
}

/* Casts */

/*
 * A struct that is used only in casts is described, but not referred to by any
 * variable, parameter or function, nor by a type that these refer to.
 */
struct edge {
	u64 from, to;		/* DIEs; @from 0: what refers to @to is no type */
};

struct graph {
	VEC(struct edge) edges;
	VEC(u64) structs;
};

static bool is_modifier(Dwarf_Die *die)
{
	switch (dwarf_tag(die)) {
	case DW_TAG_structure_type:
	case DW_TAG_union_type:
	case DW_TAG_typedef:
	case DW_TAG_pointer_type:
	case DW_TAG_array_type:
	case DW_TAG_const_type:
	case DW_TAG_volatile_type:
	case DW_TAG_restrict_type:
	case DW_TAG_atomic_type:
	case DW_TAG_subroutine_type:
		return true;
	}
	return false;
}

static void add_edges(struct graph *g, Dwarf_Die *die, u64 owner, int depth)
{
	u64 off = dwarf_dieoffset(die);
	Dwarf_Attribute attr;
	Dwarf_Die to, child;

	if (is_modifier(die))
		owner = off;
	if ((dwarf_tag(die) == DW_TAG_structure_type ||
	     dwarf_tag(die) == DW_TAG_union_type) &&
	    !dwarf_hasattr(die, DW_AT_declaration))
		*vec_add(&g->structs) = off;
	if (dwarf_attr(die, DW_AT_type, &attr) && dwarf_formref_die(&attr, &to))
		*vec_add(&g->edges) = (struct edge){ owner, dwarf_dieoffset(&to) };
	if (depth > 64 || dwarf_child(die, &child))
		return;
	do {
		add_edges(g, &child, owner, depth + 1);
	} while (!dwarf_siblingof(&child, &child));
}

static void add_top(Dwarf_Die *die, void *data)
{
	add_edges(data, die, 0, 0);
}

static int compare_edges(const void *a, const void *b)
{
	const struct edge *x = a, *y = b;

	if (x->from != y->from)
		return x->from < y->from ? -1 : 1;
	return 0;
}

/* Index of the first edge from @from or later, in the order of compare_edges(). */
static u32 first_edge(const struct graph *g, u64 from)
{
	u32 lo = 0, hi = g->edges.n;

	while (lo < hi) {
		u32 mid = (lo + hi) / 2;

		if (g->edges.v[mid].from < from)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

/* Mark the edges that can be walked; those of a type once the type is reached. */
static void reach_types(const struct graph *g, u8 *walked)
{
	VEC(u64) todo = {};
	u64 from;
	u32 i;

	*vec_add(&todo) = 0;
	while (todo.n) {
		from = todo.v[--todo.n];
		i = first_edge(g, from);
		if (i < g->edges.n && walked[i])
			continue;
		for (; i < g->edges.n && g->edges.v[i].from == from; i++) {
			walked[i] = 1;
			*vec_add(&todo) = g->edges.v[i].to;
		}
	}
	free(todo.v);
}

static int compare_offsets(const void *a, const void *b)
{
	u64 x = *(const u64 *)a, y = *(const u64 *)b;

	return x < y ? -1 : x > y;
}

static void add_casts(struct types *ts, const struct graph *g, const u8 *walked)
{
	VEC(u64) reached = {};
	struct end end;
	Dwarf_Die die;
	const u64 *off;
	u32 i;

	for (i = 0; i < g->edges.n; i++)
		if (walked[i])
			*vec_add(&reached) = g->edges.v[i].to;
	qsort(reached.v, reached.n, sizeof(*reached.v), compare_offsets);
	vec_for_each(off, &g->structs) {
		if ((reached.n && bsearch(off, reached.v, reached.n, sizeof(*off),
					  compare_offsets)) ||
		    !dwarf_offdie(ts->dwarf, *off, &die) ||
		    !read_end_struct(&die, &end))
			continue;
		*vec_add(&ts->casts) = (struct use){ .where = "", .key = end.key,
						     .t = end.t };
	}
	free(reached.v);
}

static void find_casts(struct types *ts)
{
	struct graph g = {};
	u8 *walked;

	for_each_top(ts->dwarf, add_top, &g);
	if (!g.edges.n)
		return;
	qsort(g.edges.v, g.edges.n, sizeof(*g.edges.v), compare_edges);
	walked = xzalloc(g.edges.n);
	reach_types(&g, walked);
	add_casts(ts, &g, walked);
	free(walked);
	free(g.edges.v);
	free(g.structs.v);
}

/**
 * find_uses() - find which structs the functions of an object use
 * @ts:	its types; gets .uses and .casts
 */
void find_uses(struct types *ts)
{
	for_each_top(ts->dwarf, add_function, ts);
	find_casts(ts);
}

/* What is new and what is gone */

static bool is_known(const struct types *ts, const char *key)
{
	return map_get(&ts->map, key) || map_get(&ts->unnamed, key);
}

static void add_unknown(struct uses *to, const struct uses *from,
			const struct types *in)
{
	const struct use *use;

	vec_for_each(use, from)
		if (use->t && !use->plain && !is_known(in, use->key) && !has_use(to, use->key))
			*vec_add(to) = *use;
}

static void drop_use(struct uses *uses, struct use *use)
{
	*use = uses->v[--uses->n];
}

/* Files that do not differ have the same structs in pre and post. */
static bool none_may_differ(const struct types *ts, const struct uses *uses)
{
	const struct use *use;

	vec_for_each(use, uses)
		if (file_may_differ(ts->up, use->t->file))
			return false;
	return true;
}

/* Is there a gone struct with the same layout, so that only the name changed? */
static bool take_same(const struct types *pre, struct uses *gone,
		      const struct types *ts, const struct use *new)
{
	struct use *old;

	vec_for_each(old, gone)
		if (same_layout(pre, old->t, ts, new->t)) {
			drop_use(gone, old);
			return true;
		}
	return false;
}

/**
 * find_renamed() - find structs that are new, and those that are gone
 * @pre:	types of the pre object
 * @ts:		types of the post object; gets .fresh and .gone, without those of
 *		the same layout; both stay empty if no file with them differs
 */
void find_renamed(const struct types *pre, struct types *ts)
{
	u32 i;

	add_unknown(&ts->fresh, &ts->uses, pre);
	add_unknown(&ts->fresh, &ts->casts, pre);
	add_unknown(&ts->gone, &pre->uses, ts);
	add_unknown(&ts->gone, &pre->casts, ts);
	for (i = 0; i < ts->fresh.n; )
		if (take_same(pre, &ts->gone, ts, &ts->fresh.v[i]))
			drop_use(&ts->fresh, &ts->fresh.v[i]);
		else
			i++;
	if (none_may_differ(ts, &ts->fresh) && none_may_differ(ts, &ts->gone)) {
		ts->fresh.n = 0;
		ts->gone.n = 0;
	}
}

/* Functions */

static void uses_of(struct types *ts, const struct unit *u, struct uses *uses)
{
	Dwarf_Die die;

	if (u->die && dwarf_offdie(ts->dwarf, u->die, &die))
		add_uses(uses, &die, "", 0);
}

/* Find what a variable pointed to in pre, if no use in post is the same. */
static const struct use *other_before(const struct uses *was,
				      const struct uses *is,
				      const struct use *use)
{
	const struct use *old = NULL, *v;

	vec_for_each(v, was) {
		if (!v->own || v->plain || strcmp(v->where, use->where))
			continue;
		if (!strcmp(v->key, use->key))
			return NULL;
		old = v;
	}
	vec_for_each(v, is)
		if (old && v->own && !strcmp(v->where, use->where) &&
		    !strcmp(v->key, old->key))
			return NULL;
	return old;
}

/* Find a used struct that is gone. */
static const struct use *lost_use(const struct types *ts, const struct uses *was)
{
	const struct use *use;

	vec_for_each(use, was)
		if (has_use(&ts->gone, use->key))
			return use;
	return NULL;
}

static const char *instead(const struct use *use, const struct use *old)
{
	return xasprintf("it accesses data as %s that it accessed as %s before, which has another layout",
			 use->key, old->key);
}

/* Check the use of a struct that may be known in pre, too. */
static const char *check_known(const struct types *pre, const struct types *ts,
			       const struct uses *was, const struct uses *is,
			       const struct use *use)
{
	const struct use *old;

	if (!use->own || !use->t)
		return NULL;
	old = other_before(was, is, use);
	if (!old && !has_use(was, use->key))
		old = lost_use(ts, was);
	if (!old || !old->t || same_layout(pre, old->t, ts, use->t))
		return NULL;
	return instead(use, old);
}

/*
 * Exchanged pointers
 *
 * A function had a pointer to one thing, and now has one to another. This is correct if
 * it gets the pointer from something of that type: a member, a function, a variable or
 * a parameter. If that holds for neither pointer, both may point to the same memory.
 */

/* "int *" may point to an int or into an array of them; "struct a" to one or more. */
static bool words_lead_to(const char *words, const struct use *use)
{
	size_t n = strlen(use->key);

	if (!use->plain)
		return !strncmp(words, use->key, n) &&
		       (!words[n] || words[n] == ' ' || words[n] == '[');
	if (!strcmp(words, use->key))
		return true;
	n -= strlen(" *");
	return !strncmp(words, use->key, n) && (!words[n] || words[n] == '[');
}

/* @words: the return type of a function, or the function itself */
static bool result_leads_to(const char *words, const struct use *use)
{
	size_t n = strlen(use->key);

	if (!use->plain)
		return words_lead_to(words, use);
	return !strncmp(words, use->key, n) && (!words[n] || starts_with(words + n, " ("));
}

static bool members_lead_to(const struct types *ts, const struct type *t,
			    const struct use *use, int depth)
{
	const struct type *inner;
	const struct member *m;

	vec_for_each(m, &t->members) {
		if (words_lead_to(m->type, use))
			return true;
		inner = m->base && depth < 2 ? map_get(&ts->map, m->base) : NULL;
		if (inner && members_lead_to(ts, inner, use, depth + 1))
			return true;
	}
	return false;
}

/* Does a function or a variable that the code refers to have this type? */
static bool names_lead_to(const struct types *ts, const struct unit *in,
			  const struct use *use)
{
	const char *words;
	const struct ref *r;
	Dwarf_Die die;

	vec_for_each(r, &in->refs) {
		if (!r->sym)
			continue;
		words = map_get(&ts->declared, r->sym->name);
		if (words && result_leads_to(words, use))
			return true;
		words = map_get(&ts->vars, r->sym->name);
		if (!words && r->unit && r->unit->die &&
		    dwarf_offdie(ts->dwarf, r->unit->die, &die))
			words = describe_type(&die);
		if (words && (r->unit && r->unit->is_func ? result_leads_to(words, use) :
							    words_lead_to(words, use)))
			return true;
	}
	return false;
}

/* Find the function that a call or inlined code is an instance of. */
static bool callee_of(Dwarf_Die *die, Dwarf_Die *callee)
{
	Dwarf_Attribute attr;

	if (dwarf_attr(die, DW_AT_call_origin, &attr))
		return dwarf_formref_die(&attr, callee);
	return origin_of(die, callee);
}

static bool inlined_lead_to(Dwarf_Die *die, const struct use *use, int depth)
{
	Dwarf_Die child, origin;

	if (depth > 2 * MAX_NESTING || dwarf_child(die, &child))
		return false;
	do {
		int tag = dwarf_tag(&child);

		if ((tag == DW_TAG_inlined_subroutine || tag == DW_TAG_call_site ||
		     tag == DW_TAG_GNU_call_site) && callee_of(&child, &origin) &&
		    result_leads_to(describe_type(&origin), use))
			return true;
		if ((tag == DW_TAG_inlined_subroutine || tag == DW_TAG_lexical_block) &&
		    inlined_lead_to(&child, use, depth + 1))
			return true;
	} while (!dwarf_siblingof(&child, &child));
	return false;
}

/* Does the function get the pointer from something of that type? */
static bool is_typed(const struct types *ts, const struct unit *in,
		     const struct uses *uses, const struct use *use)
{
	const struct use *v;
	Dwarf_Die die;

	vec_for_each(v, uses) {
		if (!v->own && words_lead_to(v->key, use))
			return true;
		if (v->t && strcmp(v->key, use->key) && members_lead_to(ts, v->t, use, 0))
			return true;
	}
	return names_lead_to(ts, in, use) ||
	       (in->cold && names_lead_to(ts, in->cold, use)) ||
	       (in->die && dwarf_offdie(ts->dwarf, in->die, &die) &&
		inlined_lead_to(&die, use, 0));
}

static bool same_thing(const struct types *pre, const struct use *was,
		       const struct types *ts, const struct use *is)
{
	if (was->plain || is->plain)
		return was->plain && is->plain && !strcmp(was->key, is->key);
	return !was->t || !is->t || same_layout(pre, was->t, ts, is->t);
}

static const char *check_exchange(const struct types *pre, const struct unit *twin,
				  const struct uses *was, const struct types *ts,
				  const struct unit *in, const struct uses *is)
{
	const struct use *lost, *gained;

	vec_for_each(gained, is) {
		if (!gained->own || has_use(was, gained->key) ||
		    is_typed(ts, in, is, gained))
			continue;
		vec_for_each(lost, was)
			if (lost->own && !has_use(is, lost->key) &&
			    !same_thing(pre, lost, ts, gained) &&
			    !is_typed(pre, twin, was, lost))
				return instead(gained, lost);
	}
	return NULL;
}

static const char *check_fresh(const struct types *ts, const struct use *use)
{
	if (!ts->gone.n || !has_use(&ts->fresh, use->key))
		return NULL;
	return xasprintf("it uses %s, which is new, and %s is gone: existing data is of that type",
			 use->key, ts->gone.v[0].key);
}

/* A cast within an expression leaves no trace in the debug info of the function. */
static const char *check_cast(const struct types *ts)
{
	if (!ts->gone.n || !ts->fresh.n)
		return NULL;
	return xasprintf("its code changed, %s is new and %s is gone: a cast may treat one as the other",
			 ts->fresh.v[0].key, ts->gone.v[0].key);
}

/*
 * New structs
 *
 * Only new code creates objects of a new struct. Suppose that a function which pre had
 * has a pointer to one, but does not create it, and does not get it from something of
 * that type. Then it uses something else, which old code created, as the new struct: by
 * a cast, or by container_of().
 */

/* Does the code of a function, or code inlined into it, allocate memory? */
static bool calls_maker(const struct types *ts, Dwarf_Die *scope, int depth)
{
	Dwarf_Die child, origin;

	if (depth > 2 * MAX_NESTING || dwarf_child(scope, &child))
		return false;
	do {
		switch (dwarf_tag(&child)) {
		case DW_TAG_call_site:
		case DW_TAG_GNU_call_site:
		case DW_TAG_inlined_subroutine:
			if (callee_of(&child, &origin) &&
			    makes_memory(ts->obj, die_name(&origin)))
				return true;
			break;
		}
		if ((dwarf_tag(&child) == DW_TAG_inlined_subroutine ||
		     dwarf_tag(&child) == DW_TAG_lexical_block) &&
		    calls_maker(ts, &child, depth + 1))
			return true;
	} while (!dwarf_siblingof(&child, &child));
	return false;
}

/* Does the compiler describe calls? Not every one does. */
static bool has_calls(Dwarf_Die *scope, int depth)
{
	Dwarf_Die child;

	if (depth > 2 * MAX_NESTING || dwarf_child(scope, &child))
		return false;
	do {
		if (dwarf_tag(&child) == DW_TAG_call_site ||
		    dwarf_tag(&child) == DW_TAG_GNU_call_site || has_calls(&child, depth + 1))
			return true;
	} while (!dwarf_siblingof(&child, &child));
	return false;
}

/*
 * For the function itself, all calls are known; for inlined code, only those in debug
 * info.
 */
static bool makes_one(const struct types *ts, const struct unit *in, Dwarf_Die *scope)
{
	Dwarf_Die top;

	if (calls_maker(ts, scope, 0))
		return true;
	return unit_makes_memory(in) && dwarf_offdie(ts->dwarf, in->die, &top) &&
	       (dwarf_dieoffset(&top) == dwarf_dieoffset(scope) || !has_calls(&top, 0));
}

static bool is_fresh(const struct types *ts, const struct use *use)
{
	const struct use *v;

	vec_for_each(v, &ts->fresh)
		if (!strcmp(v->key, use->key))
			return v->t && file_may_differ(ts->up, v->t->file);
	return false;
}

struct scope_of {
	const struct types *ts;
	const struct unit *in;
	const struct uses *uses;
};

static const struct use *taken_in(const struct scope_of *s, Dwarf_Die *die,
				  Dwarf_Die *scope, int depth);

static const struct use *taken_by(const struct scope_of *s, Dwarf_Die *var,
				  Dwarf_Die *scope)
{
	struct uses uses = {};
	const struct use *use;

	add_use(&uses, var, die_name(scope));
	use = uses.v;
	if (!uses.n || !use->own || use->plain || !is_fresh(s->ts, use) ||
	    is_typed(s->ts, s->in, s->uses, use) || makes_one(s->ts, s->in, scope)) {
		free(uses.v);
		return NULL;
	}
	return use;
}

static const struct use *taken_among(const struct scope_of *s, Dwarf_Die *child,
				     Dwarf_Die *scope, int depth)
{
	switch (dwarf_tag(child)) {
	case DW_TAG_variable:
		return taken_by(s, child, scope);
	case DW_TAG_lexical_block:
		return taken_in(s, child, scope, depth + 1);
	case DW_TAG_inlined_subroutine:
		return taken_in(s, child, child, depth + 1);
	}
	return NULL;
}

/* Find a variable that points to a new struct, without a source of that type. */
static const struct use *taken_in(const struct scope_of *s, Dwarf_Die *die,
				  Dwarf_Die *scope, int depth)
{
	const struct use *use = NULL;
	Dwarf_Die child;

	if (depth > 2 * MAX_NESTING || dwarf_child(die, &child))
		return NULL;
	do {
		use = taken_among(s, &child, scope, depth);
	} while (!use && !dwarf_siblingof(&child, &child));
	return use;
}

/* Is it called directly? If not, only new objects lead to it, by its address. */
static bool is_called(const struct unit *in)
{
	const struct ref *r;
	struct unit **u;

	vec_for_each(u, &in->obj->units)
		vec_for_each(r, &(*u)->refs)
			if (r->branch && r->unit == in && *u != in && *u != in->cold)
				return true;
	return false;
}

static const char *check_taken(const struct types *ts, const struct unit *in,
			       const struct unit *twin, const struct uses *uses)
{
	struct scope_of s = { ts, in, uses };
	const struct use *use = NULL;
	Dwarf_Die die;

	if (!ts->fresh.n || (!twin && !is_called(in)))
		return NULL;
	if (in->die && dwarf_offdie(ts->dwarf, in->die, &die))
		use = taken_in(&s, &die, &die, 0);
	if (use)
		return xasprintf("%s points to %s, which is new, and the function does not create it: existing objects are not of this type",
				 use->where, use->key);
	if (!twin || unit_makes_memory(in))
		return NULL;
	vec_for_each(use, &ts->casts)
		if (is_fresh(ts, use))
			return xasprintf("its code changed, and a cast treats an object as %s, which is new: existing objects are not of this type",
					 use->key);
	return NULL;
}

/* Is it a struct that pre only declared? */
static const char *check_opaque(const struct types *pre, const struct use *use)
{
	if (!use->t || is_known(pre, use->key) ||
	    !file_may_differ(pre->up, use->t->file) ||
	    !map_get(&pre->opaque, use->key))
		return NULL;
	return xasprintf("it uses %s, whose layout the old object does not have",
			 use->key);
}

/**
 * misuse() - does a function use data as another struct than before?
 * @pre:	types of the pre object
 * @ts:		types of the post object, or of the post code with the pre types
 * @in:		the function in that object
 * @twin:	the function in the pre object, or NULL
 * @judged:	there is an object of the post code with the pre types
 *
 * Return: how, in words, or NULL.
 */
const char *misuse(struct types *pre, struct types *ts, const struct unit *in,
		   const struct unit *twin, bool judged)
{
	struct uses was = {}, is = {};
	const char *how = NULL;
	const struct use *use;

	uses_of(ts, in, &is);
	if (twin)
		uses_of(pre, twin, &was);
	vec_for_each(use, &is) {
		how = check_fresh(ts, use);
		if (!how && twin)
			how = check_known(pre, ts, &was, &is, use);
		if (!how && twin && !judged)
			how = check_opaque(pre, use);
		if (how)
			break;
	}
	if (twin && !how)
		how = check_exchange(pre, twin, &was, ts, in, &is);
	if (!how)
		how = check_taken(ts, in, twin, &is);
	if (twin && !how)
		how = check_cast(ts);
	if (twin && !judged)
		for (use = ts->casts.v; !how && use < ts->casts.v + ts->casts.n; use++)
			how = check_opaque(pre, use);
	free(was.v);
	free(is.v);
	return how;
}

// SPDX-License-Identifier: GPL-2.0
/*
 * Compares the types in the debug information of pre and post.
 *
 * The objects of a running kernel have the layout of the old types.  New code
 * that was compiled for another layout must not touch them, so an update whose
 * functions reach a type that changed is refused.  What a function reaches is
 * told by its parameters and variables, those of functions inlined into it,
 * what it calls and the variables it refers to, and the members of these types.
 */
#include <dwarf.h>
#include <elfutils/libdw.h>
#include <stdlib.h>
#include <string.h>

#include "verdict.h"

/* Members of members: how far a function is taken to follow pointers. */
#define REACH		3
#define MAX_NESTING	12

struct member {
	const char *name;	/* "in.a" for one of a struct without a name */
	const char *within;	/* "in", or "" */
	s64 bit;
	const char *type;	/* in words */
	const char *base;	/* the struct it leads to, NULL if none */
	bool far;		/* by a pointer */
};

struct type {
	const char *name;	/* "struct foo" */
	s64 size;
	bool is_enum;
	struct type *other;	/* of the same name, in another scope */
	VEC(struct member) members;
	const char *change;	/* of a post type */
	u32 level;		/* 1 + distance from the function */
};

struct types {
	Dwarf *dwarf;
	struct map map;
	VEC(struct type *) list;
	struct map vars;	/* name -> type in words */
	struct map calls;	/* function -> how it is called, in words */
	struct map declared;	/* the same of functions of other files */
};

/* Types in words */

static const char *die_name(Dwarf_Die *die)
{
	const char *name = dwarf_diename(die);

	return name ? name : "";
}

static bool type_of(Dwarf_Die *die, Dwarf_Die *type)
{
	Dwarf_Attribute attr;

	return dwarf_attr_integrate(die, DW_AT_type, &attr) &&
	       dwarf_formref_die(&attr, type);
}

/* What is behind const, volatile and typedefs; the last typedef's name. */
static bool strip_die(Dwarf_Die *die, const char **alias)
{
	int limit;

	for (limit = 0; limit < 64; limit++) {
		switch (dwarf_tag(die)) {
		case DW_TAG_typedef:
			*alias = die_name(die);
			break;
		case DW_TAG_const_type:
		case DW_TAG_volatile_type:
		case DW_TAG_restrict_type:
		case DW_TAG_atomic_type:
			break;
		default:
			return true;
		}
		if (!type_of(die, die))
			return false;
	}
	return false;
}

static const char *struct_label(Dwarf_Die *die, const char *alias)
{
	const char *name = die_name(die);
	const char *kind = dwarf_tag(die) == DW_TAG_union_type ? "union" :
								 "struct";

	if (*name)
		return xasprintf("%s %s", kind, name);
	return *alias ? xstrdup(alias) : NULL;
}

/* One without a name is known by its first value. */
static const char *enum_label(Dwarf_Die *die)
{
	Dwarf_Die child;

	if (*die_name(die))
		return xasprintf("enum %s", die_name(die));
	if (dwarf_child(die, &child))
		return NULL;
	return xasprintf("enum { %s }", die_name(&child));
}

static const char *describe(Dwarf_Die die, int depth);

static const char *describe_type_of(Dwarf_Die *die, int depth)
{
	Dwarf_Die type;

	return type_of(die, &type) ? describe(type, depth + 1) : "void";
}

static const char *describe_array(Dwarf_Die *die, int depth)
{
	const char *s = describe_type_of(die, depth);
	Dwarf_Die child;

	if (dwarf_child(die, &child))
		return s;
	do {
		Dwarf_Attribute attr;
		Dwarf_Word n = 0;

		if (dwarf_attr(&child, DW_AT_count, &attr))
			dwarf_formudata(&attr, &n);
		else if (dwarf_attr(&child, DW_AT_upper_bound, &attr) &&
			 !dwarf_formudata(&attr, &n))
			n++;
		s = xasprintf("%s[%llu]", s, (unsigned long long)n);
	} while (!dwarf_siblingof(&child, &child));
	return s;
}

static const char *describe_function(Dwarf_Die *die, int depth)
{
	const char *s = xasprintf("%s (", describe_type_of(die, depth));
	Dwarf_Die child;

	if (dwarf_child(die, &child))
		return xasprintf("%s)", s);
	do {
		if (dwarf_tag(&child) == DW_TAG_formal_parameter)
			s = xasprintf("%s%s,", s,
				      describe_type_of(&child, depth));
	} while (!dwarf_siblingof(&child, &child));
	return xasprintf("%s)", s);
}

static s64 udata(Dwarf_Die *die, unsigned int name)
{
	Dwarf_Attribute attr;
	Dwarf_Word v;

	if (!dwarf_attr(die, name, &attr) || dwarf_formudata(&attr, &v))
		return 0;
	return v;
}

/* long and long long are the same here; u64 is one in one place, one in another. */
static const char *describe_base(Dwarf_Die *die)
{
	if (dwarf_bytesize(die) == 8)
		switch (udata(die, DW_AT_encoding)) {
		case DW_ATE_signed:
			return "long int";
		case DW_ATE_unsigned:
			return "long unsigned int";
		}
	return die_name(die);
}

static const char *describe(Dwarf_Die die, int depth)
{
	const char *alias = "", *label;

	if (depth > MAX_NESTING || !strip_die(&die, &alias))
		return "void";
	switch (dwarf_tag(&die)) {
	case DW_TAG_pointer_type:
		return xasprintf("%s *", describe_type_of(&die, depth));
	case DW_TAG_array_type:
		return describe_array(&die, depth);
	case DW_TAG_subroutine_type:
		return describe_function(&die, depth);
	case DW_TAG_structure_type:
	case DW_TAG_union_type:
		label = struct_label(&die, alias);
		return label ? label : xasprintf("{%d bytes}",
						 dwarf_bytesize(&die));
	case DW_TAG_enumeration_type:
		return xasprintf("enum %s (%d bytes)", die_name(&die),
				 dwarf_bytesize(&die));
	case DW_TAG_base_type:
		return describe_base(&die);
	}
	return die_name(&die);
}

/*
 * The struct that a type leads to, through pointers and arrays, in @die.
 * @far: set if there is a pointer on the way
 */
static bool find_struct(Dwarf_Die *die, const char **alias, bool *far)
{
	int limit;

	*far = false;
	for (limit = 0; limit < 16; limit++) {
		if (!strip_die(die, alias))
			return false;
		switch (dwarf_tag(die)) {
		case DW_TAG_pointer_type:
		case DW_TAG_array_type:
			*far |= dwarf_tag(die) == DW_TAG_pointer_type;
			if (!type_of(die, die))
				return false;
			*alias = "";
			break;
		case DW_TAG_structure_type:
		case DW_TAG_union_type:
			return true;
		default:
			return false;
		}
	}
	return false;
}

static const char *base_struct(Dwarf_Die die)
{
	const char *alias = "";
	bool far;

	return find_struct(&die, &alias, &far) ? struct_label(&die, alias) : NULL;
}

/* Reading */

/* The number that a bit field is a part of, before DWARF 5. */
static s64 storage_size(Dwarf_Die *member, Dwarf_Die type)
{
	const char *alias = "";

	if (dwarf_hasattr(member, DW_AT_byte_size))
		return udata(member, DW_AT_byte_size);
	return strip_die(&type, &alias) ? dwarf_bytesize(&type) : 0;
}

static s64 member_bit(Dwarf_Die *die, Dwarf_Die type)
{
	s64 bit = udata(die, DW_AT_data_member_location) * 8;

	if (!dwarf_hasattr(die, DW_AT_bit_offset))
		return bit + udata(die, DW_AT_data_bit_offset);
	/* counted from the upper end */
	return bit + storage_size(die, type) * 8 -
	       udata(die, DW_AT_bit_offset) - udata(die, DW_AT_bit_size);
}

static const char *member_type(Dwarf_Die *die, Dwarf_Die type)
{
	s64 bits = udata(die, DW_AT_bit_size);

	return bits ? xasprintf("%s:%lld", describe(type, 0), (long long)bits) :
		      describe(type, 0);
}

static void read_members(struct type *t, Dwarf_Die *die, const char *within,
			 s64 bit, int depth);

/* Those of a struct that has no name have no other place. */
static void read_member(struct type *t, Dwarf_Die *die, const char *within,
			s64 bit, int depth)
{
	const char *alias = "", *name = die_name(die);
	struct member *m;
	Dwarf_Die type;

	if (dwarf_tag(die) != DW_TAG_member || !type_of(die, &type))
		return;
	bit += member_bit(die, type);
	if (!*name) {
		if (strip_die(&type, &alias))
			read_members(t, &type, within, bit, depth + 1);
		return;
	}
	if (*within)
		name = xasprintf("%s.%s", within, name);
	m = vec_add(&t->members);
	m->name = name;
	m->within = within;
	m->bit = bit;
	m->type = member_type(die, type);
	if (!find_struct(&type, &alias, &m->far))
		return;
	m->base = struct_label(&type, alias);
	if (!m->base)
		read_members(t, &type, name, m->far ? 0 : bit, depth + 1);
}

/* Members, those of structs without a name within as if they stood here. */
static void read_members(struct type *t, Dwarf_Die *die, const char *within,
			 s64 bit, int depth)
{
	Dwarf_Die child;

	if (depth > MAX_NESTING || dwarf_child(die, &child))
		return;
	do {
		read_member(t, &child, within, bit, depth);
	} while (!dwarf_siblingof(&child, &child));
}

/* Of an enum: each name and its value. */
static void read_values(struct type *t, Dwarf_Die *die)
{
	Dwarf_Die child;

	if (dwarf_child(die, &child))
		return;
	do {
		Dwarf_Attribute attr;
		Dwarf_Sword v = 0;
		struct member *m;

		if (dwarf_tag(&child) != DW_TAG_enumerator)
			continue;
		if (dwarf_attr(&child, DW_AT_const_value, &attr))
			dwarf_formsdata(&attr, &v);
		m = vec_add(&t->members);
		m->name = die_name(&child);
		m->bit = v;
	} while (!dwarf_siblingof(&child, &child));
}

static const char *compare_types(const struct type *a, const struct type *b);

static void add_type(struct types *ts, Dwarf_Die *die, const char *label)
{
	struct type *t = xzalloc(sizeof(*t)), *known = map_get(&ts->map, label);

	t->name = label;
	t->size = dwarf_bytesize(die);
	t->is_enum = dwarf_tag(die) == DW_TAG_enumeration_type;
	if (t->is_enum)
		read_values(t, die);
	else
		read_members(t, die, "", 0, 0);
	if (!known) {
		map_set(&ts->map, label, t);
		*vec_add(&ts->list) = t;
		return;
	}
	while (compare_types(known, t)) {
		if (!known->other) {
			known->other = t;
			return;
		}
		known = known->other;
	}
	free(t);
}

static void read_type_die(struct types *ts, Dwarf_Die *die)
{
	const char *alias = "", *label;
	Dwarf_Die type = *die;

	switch (dwarf_tag(die)) {
	case DW_TAG_typedef:
		if (!strip_die(&type, &alias) || *die_name(&type))
			return;
		if (dwarf_tag(&type) != DW_TAG_structure_type &&
		    dwarf_tag(&type) != DW_TAG_union_type)
			return;
		alias = die_name(die);
		break;
	case DW_TAG_structure_type:
	case DW_TAG_union_type:
	case DW_TAG_enumeration_type:
		break;
	default:
		return;
	}
	if (dwarf_hasattr(&type, DW_AT_declaration))
		return;
	label = dwarf_tag(die) == DW_TAG_enumeration_type ? enum_label(die) :
							   struct_label(&type, alias);
	if (label)
		add_type(ts, &type, label);
}

/* Of a function, and of blocks in it. */
static void read_local_types(struct types *ts, Dwarf_Die *die, int depth)
{
	Dwarf_Die child;

	if (depth > MAX_NESTING || dwarf_child(die, &child))
		return;
	do {
		if (dwarf_tag(&child) == DW_TAG_lexical_block)
			read_local_types(ts, &child, depth + 1);
		else
			read_type_die(ts, &child);
	} while (!dwarf_siblingof(&child, &child));
}

static void for_each_top(struct types *ts,
			 void (*fn)(struct types *, Dwarf_Die *, void *),
			 void *data)
{
	Dwarf_Off off = 0, next;
	size_t head;

	while (!dwarf_nextcu(ts->dwarf, off, &next, &head, NULL, NULL, NULL)) {
		Dwarf_Die cu, die;

		if (dwarf_offdie(ts->dwarf, off + head, &cu) &&
		    !dwarf_child(&cu, &die)) {
			do {
				fn(ts, &die, data);
			} while (!dwarf_siblingof(&die, &die));
		}
		off = next;
	}
}

static void read_top(struct types *ts, Dwarf_Die *die, void *data)
{
	(void)data;
	switch (dwarf_tag(die)) {
	case DW_TAG_variable:
		if (*die_name(die))
			map_set(&ts->vars, die_name(die),
				(void *)describe_type_of(die, 0));
		break;
	case DW_TAG_subprogram:
		if (*die_name(die) && dwarf_hasattr(die, DW_AT_prototyped))
			map_set(dwarf_hasattr(die, DW_AT_declaration) ?
				&ts->declared : &ts->calls, die_name(die),
				(void *)describe_function(die, 0));
		read_local_types(ts, die, 0);
		break;
	default:
		read_type_die(ts, die);
	}
}

/* Comparing */

static const struct member *find_member(const struct type *t,
					const struct member *like)
{
	const struct member *m;

	vec_for_each(m, &t->members)
		if (!strcmp(m->name, like->name))
			return m;
	return NULL;
}

static bool is_twin(const struct member *m, const struct member *n)
{
	return m->bit == n->bit && !strcmp(m->type, n->type) &&
	       !strcmp(m->within, n->within);
}

/*
 * The same under another name, that both have: one more name in a union. One
 * that has another name now may mean something else.
 */
static bool has_twin(const struct type *a, const struct type *b,
		     const struct member *like)
{
	const struct member *m;

	vec_for_each(m, &a->members)
		if (is_twin(m, like) && find_member(b, m))
			return true;
	return false;
}

/*
 * A value that moved means something else in data that exists. More values at
 * the end are no change, nor is the last one (it often counts the others).
 */
static const char *compare_enums(const struct type *a, const struct type *b)
{
	const struct member *m, *n;

	vec_for_each(m, &b->members) {
		n = find_member(a, m);
		if (n && n->bit != m->bit && n != &a->members.v[a->members.n - 1])
			return xasprintf("%s is %lld instead of %lld", m->name,
					 (long long)m->bit, (long long)n->bit);
	}
	return NULL;
}

static const char *place(s64 bit)
{
	if (bit % 8)
		return xasprintf("byte %lld bit %lld", (long long)bit / 8,
				 (long long)bit % 8);
	return xasprintf("byte %lld", (long long)bit / 8);
}

/* Describes the first difference; NULL if there is none. */
static const char *compare_types(const struct type *a, const struct type *b)
{
	const struct member *m, *n;

	if (a->is_enum || b->is_enum)
		return compare_enums(a, b);

	vec_for_each(m, &b->members) {
		n = find_member(a, m);
		if (!n && has_twin(a, b, m))
			continue;
		if (!n)
			return xasprintf("member %s is new", m->name);
		if (n->bit != m->bit)
			return xasprintf("member %s is at %s instead of %s",
					 m->name, place(m->bit), place(n->bit));
		if (strcmp(n->type, m->type))
			return xasprintf("member %s is %s instead of %s",
					 m->name, m->type, n->type);
	}
	vec_for_each(m, &a->members)
		if (!find_member(b, m) && !has_twin(b, a, m))
			return xasprintf("member %s is gone", m->name);
	if (a->size != b->size)
		return xasprintf("it has %lld bytes instead of %lld",
				 (long long)b->size, (long long)a->size);
	return NULL;
}

/* Those of one name, in the order of their functions. */
static const char *compare_all(const struct type *a, const struct type *b)
{
	const char *change = NULL;

	for (; a && b && !change; a = a->other, b = b->other)
		change = compare_types(a, b);
	if (!change && (a || b))
		change = "there are more or fewer of this name";
	return change;
}

static u32 find_changes(struct types *pre, struct types *post)
{
	struct type **t;
	u32 n = 0;

	vec_for_each(t, &post->list) {
		const struct type *old = map_get(&pre->map, (*t)->name);

		if (!old)
			continue;
		(*t)->change = compare_all(old, *t);
		n += (*t)->change != NULL;
	}
	return n;
}

/* What a function reaches */

static void mark(struct types *ts, const char *name, u32 level)
{
	struct type *t = name ? map_get(&ts->map, name) : NULL;
	struct member *m;

	if (!t || (t->level && t->level <= level))
		return;
	t->level = level;
	if (level > REACH)
		return;
	vec_for_each(m, &t->members)
		mark(ts, m->base, level + 1);
}

static void mark_die(struct types *ts, Dwarf_Die *die)
{
	Dwarf_Die type;

	if (type_of(die, &type))
		mark(ts, base_struct(type), 1);
}

/* @depth: inlined functions within inlined functions */
static void mark_subtree(struct types *ts, Dwarf_Die *die, int depth)
{
	Dwarf_Die child, origin;
	Dwarf_Attribute attr;

	mark_die(ts, die);
	if (depth > 2 * MAX_NESTING)
		return;
	if (dwarf_tag(die) == DW_TAG_inlined_subroutine &&
	    dwarf_attr(die, DW_AT_abstract_origin, &attr) &&
	    dwarf_formref_die(&attr, &origin))
		mark_subtree(ts, &origin, depth + 1);
	if (dwarf_child(die, &child))
		return;
	do {
		switch (dwarf_tag(&child)) {
		case DW_TAG_formal_parameter:
		case DW_TAG_variable:
			mark_die(ts, &child);
			break;
		case DW_TAG_call_site:
		case DW_TAG_GNU_call_site:
			mark_die(ts, &child); /* what the callee returns */
			break;
		case DW_TAG_lexical_block:
		case DW_TAG_inlined_subroutine:
			mark_subtree(ts, &child, depth + 1);
			break;
		}
	} while (!dwarf_siblingof(&child, &child));
}

static bool refers_to(const struct unit *u, const char *name)
{
	const struct ref *r;

	vec_for_each(r, &u->refs) {
		if (r->unit ? !strcmp(r->unit->name, name) :
		    r->sym && !strcmp(r->sym->name, name))
			return true;
	}
	return false;
}

/* @data: the unit; is @die its function, or a variable it refers to? */
static void mark_function(struct types *ts, Dwarf_Die *die, void *data)
{
	const struct unit *u = data;
	const char *name = u->name, *dot = strchr(name, '.');
	const char *have = die_name(die);

	if (dwarf_tag(die) == DW_TAG_variable && refers_to(u, have))
		mark_die(ts, die);
	if (dwarf_tag(die) != DW_TAG_subprogram)
		return;
	if (dot && strlen(have) != (size_t)(dot - name))
		return;
	if (dot ? !memcmp(have, name, dot - name) : !strcmp(have, name))
		mark_subtree(ts, die, 0);
}

/*
 * Compiled over the old types the code is the same: what changed in them does
 * not concern it.
 */
static bool is_same_over_old(const struct tu *tu, const struct unit *u)
{
	struct unit **v;

	if (!tu->old)
		return false;
	vec_for_each(v, &tu->old->units)
		if ((*v)->is_func == u->is_func && !strcmp((*v)->name, u->name))
			return unit_same_names(*v, u) &&
			       (!u->cold || ((*v)->cold &&
					     unit_same_names((*v)->cold, u->cold)));
	return false;
}

/* Does it reach a type that changed, as far as debug information tells? */
static bool check_function(struct verdicts *vs, struct types *ts,
			   struct unit *u)
{
	bool reaches = false;
	struct type **t;

	vec_for_each(t, &ts->list)
		(*t)->level = 0;
	for_each_top(ts, mark_function, u);
	vec_for_each(t, &ts->list)
		if ((*t)->change && (*t)->level && !(*t)->is_enum) {
			reaches = true;
			refuse(vs, "type_changed", u->obj, u, u->name,
			       "leave the layout as it is: objects of the old one exist",
			       "it reaches %s, whose layout changed (%s)",
			       (*t)->name, (*t)->change);
		}
	return reaches;
}

/* A struct or union that changed, or NULL. */
static const struct type *changed_layout(const struct types *ts)
{
	struct type **t;

	vec_for_each(t, &ts->list)
		if ((*t)->change && !(*t)->is_enum)
			return *t;
	return NULL;
}

/*
 * A cast within an expression leaves no trace in the debug information. But
 * where all else is the same, code that differs over the old types needs one
 * of the new.
 */
static void check_unseen(struct verdicts *vs, const struct types *ts,
			 struct unit *u)
{
	const struct type *t = changed_layout(ts);

	if (t)
		refuse(vs, "type_changed", u->obj, u, u->name,
		       "leave the layout as it is: objects of the old one exist",
		       "compiled over the old types it is other code, and types changed (%s: %s)",
		       t->name, t->change);
}

/* Variables of other files: what is declared now is not what is there. */
static void check_variables(struct verdicts *vs, struct types *pre,
			    struct types *post, struct unit *u)
{
	struct ref *r;

	vec_for_each(r, &u->refs) {
		const char *was, *is;

		if (!r->sym || r->sym->sec)
			continue;
		was = map_get(&pre->vars, r->sym->name);
		is = map_get(&post->vars, r->sym->name);
		if (was && is && strcmp(was, is))
			refuse(vs, "type_changed", u->obj, u, u->name,
			       "leave the variable's type as it is",
			       "it uses %s, which is %s instead of %s",
			       r->sym->name, is, was);
	}
}

/* Who calls it in another way must be replaced together with it. */
static void check_calls(struct types *pre, struct types *post, struct unit *u)
{
	const char *was = map_get(&pre->calls, u->name);
	const char *is = map_get(&post->calls, u->name);

	if (u->twin && was && is && strcmp(was, is))
		u->calls_changed = xasprintf("%s instead of %s", is, was);
}

struct definition {
	const char *name, *call;
};

static void find_definition(struct types *ts, Dwarf_Die *die, void *data)
{
	struct definition *d = data;

	(void)ts;
	if (!d->call && dwarf_tag(die) == DW_TAG_subprogram &&
	    !strcmp(die_name(die), d->name) &&
	    dwarf_hasattr(die, DW_AT_prototyped) &&
	    !dwarf_hasattr(die, DW_AT_declaration))
		d->call = describe_function(die, 0);
}

/* How the function that will run is called, or NULL. */
static const char *runs_as(struct verdicts *vs, const struct unit *u)
{
	struct definition d = { .name = u->name };
	struct types ts = {};
	struct obj *obj = u->obj;

	if (!unit_included(vs, u) && u->twin &&
	    (plan_of(vs->plan, u)->left || vs->plan->tus[obj->tu].left))
		obj = u->twin->obj;
	if (!obj_open_dwarf(obj))
		return NULL;
	ts.dwarf = obj->dwarf;
	for_each_top(&ts, find_definition, &d);
	return d.call;
}

/*
 * It was compiled to call functions of other files as they are declared now:
 * what stays in the kernel must be called as it was.
 */
static void check_callees(struct verdicts *vs, struct types *pre,
			  struct types *post, struct unit *u)
{
	const char *was, *is;
	struct unit *to;
	struct ref *r;

	vec_for_each(r, &u->refs) {
		if (!r->sym || r->sym->sec)
			continue;
		is = map_get(&post->declared, r->sym->name);
		was = map_get(&pre->declared, r->sym->name);
		if (!is || (was && !strcmp(was, is)))
			continue;
		to = resolve_ref(vs->up, u->obj, r);
		if (to)
			was = runs_as(vs, to);
		else if (!vs->up->partial)
			continue; /* what changed would be here */
		if (was && strcmp(was, is))
			refuse(vs, "call_changed", u->obj, u, u->name,
			       "change that function as well",
			       "it calls %s as %s, which stays %s",
			       r->sym->name, is, was);
	}
}

/* A function uses values without its debug info telling: all are suspected. */
static void check_enums(struct verdicts *vs, struct types *post, struct obj *obj)
{
	struct type **t;

	vec_for_each(t, &post->list)
		if ((*t)->is_enum && (*t)->change)
			refuse(vs, "enum_changed", obj, NULL, (*t)->name,
			       "add new values at the end: data of the old ones exists",
			       "its values changed (%s)", (*t)->change);
}

/* What an object of it is made of */
static void mark_within(struct types *ts, const char *name)
{
	struct type *t = name ? map_get(&ts->map, name) : NULL;
	struct member *m;

	if (!t || t->level)
		return;
	t->level = 1;
	vec_for_each(m, &t->members)
		if (!m->far)
			mark_within(ts, m->base);
}

static void mark_variable(struct types *ts, Dwarf_Die *die, void *data)
{
	const struct unit *u = data;
	Dwarf_Die type;

	if (dwarf_tag(die) == DW_TAG_variable &&
	    !strcmp(die_name(die), u->name) && type_of(die, &type))
		mark_within(ts, base_struct(type));
}

/* New data is read by old code, too: operations, tables. */
static void check_data(struct verdicts *vs, struct types *ts, struct unit *u)
{
	struct type **t;

	vec_for_each(t, &ts->list)
		(*t)->level = 0;
	for_each_top(ts, mark_variable, u);
	vec_for_each(t, &ts->list)
		if ((*t)->change && (*t)->level && !(*t)->is_enum)
			refuse(vs, "type_changed", u->obj, u, u->name,
			       "leave the layout as it is: code of the old one reads it",
			       "it is made of %s, whose layout changed (%s)",
			       (*t)->name, (*t)->change);
}

static const char *change_of(const struct type *t)
{
	return xasprintf("%s: %s", t->name, t->change);
}

/*
 * What is the same over the old types is not concerned by the change of @t or
 * another, provided that they are the old ones.
 */
static void judge_tu(struct tu *tu, struct types *pre, const struct type *t)
{
	struct types old = {};

	tu->types = "changed";
	tu->type_change = change_of(t);
	if (!tu->old || !obj_open_dwarf(tu->old))
		return;
	old.dwarf = tu->old->dwarf;
	for_each_top(&old, read_top, NULL);
	find_changes(pre, &old);
	t = changed_layout(&old);
	if (t)
		tu->type_change = change_of(t);
	else
		tu->types = "judged";
}

static bool is_checked(const struct verdicts *vs, const struct unit *u)
{
	return unit_included(vs, u) && u->is_func && !u->parent &&
	       class_is_text(u->sec->cls);
}

static void check_tu(struct verdicts *vs, struct tu *tu)
{
	struct types pre = { .dwarf = tu->pre->dwarf };
	struct types post = { .dwarf = tu->post->dwarf };
	bool any = false, changes;
	const struct type *t;
	struct unit **u;

	for_each_top(&pre, read_top, NULL);
	for_each_top(&post, read_top, NULL);
	changes = find_changes(&pre, &post);
	vec_for_each(u, &tu->post->units) {
		if (changes && unit_included(vs, *u) && (*u)->name[0] &&
		    !(*u)->is_func && !class_is_text((*u)->sec->cls))
			check_data(vs, &post, *u);
		if (!is_checked(vs, *u))
			continue;
		check_calls(&pre, &post, *u);
		check_callees(vs, &pre, &post, *u);
		if (is_same_over_old(tu, *u))
			continue;
		any = true;
		check_variables(vs, &pre, &post, *u);
		if (changes && !check_function(vs, &post, *u) && tu->old)
			check_unseen(vs, &post, *u);
	}
	t = changed_layout(&post);
	if (t)
		judge_tu(tu, &pre, t);
	if (any && changes)
		check_enums(vs, &post, tu->post);
}

static bool has_included(const struct verdicts *vs, const struct obj *obj)
{
	struct unit **u;

	vec_for_each(u, &obj->units)
		if (unit_included(vs, *u) && class_is_text((*u)->sec->cls))
			return true;
	return false;
}

/**
 * check_types - refuses functions that reach types whose layout changed
 * @vs:	the verdicts, decided; looked at are the files that are dirty
 */
void check_types(struct verdicts *vs)
{
	struct tu *tu;

	vec_for_each(tu, &vs->up->tus)
		if (tu->pre && vs->plan->tus[tu - vs->up->tus.v].dirty &&
		    has_included(vs, tu->post) &&
		    obj_open_dwarf(tu->pre) && obj_open_dwarf(tu->post))
			check_tu(vs, tu);
}

/* The abstract function that a DIE is an instance of, or itself. */
static const char *origin_name(Dwarf_Die *die)
{
	Dwarf_Attribute attr;
	Dwarf_Die origin;

	if (dwarf_attr(die, DW_AT_abstract_origin, &attr) &&
	    dwarf_formref_die(&attr, &origin))
		return die_name(&origin);
	return die_name(die);
}

static bool subtree_inlines(Dwarf_Die *die, const char *name, int depth)
{
	Dwarf_Die child;

	if (depth > 2 * MAX_NESTING || dwarf_child(die, &child))
		return false;
	do {
		if (dwarf_tag(&child) == DW_TAG_inlined_subroutine &&
		    !strcmp(origin_name(&child), name))
			return true;
		if ((dwarf_tag(&child) == DW_TAG_lexical_block ||
		     dwarf_tag(&child) == DW_TAG_inlined_subroutine) &&
		    subtree_inlines(&child, name, depth + 1))
			return true;
	} while (!dwarf_siblingof(&child, &child));
	return false;
}

struct inline_query {
	const struct unit *unit;
	const char *name;
	bool found;
};

static void find_inlined(struct types *ts, Dwarf_Die *die, void *data)
{
	struct inline_query *q = data;

	(void)ts;
	if (!q->found && dwarf_tag(die) == DW_TAG_subprogram &&
	    same_base(origin_name(die), q->unit->name))
		q->found = subtree_inlines(die, q->name, 0);
}

/**
 * unit_inlines - is a function inlined into another?
 * @u:		the other
 * @name:	the function
 */
bool unit_inlines(const struct unit *u, const char *name)
{
	struct inline_query q = { .unit = u, .name = name };
	struct types ts = {};

	if (!obj_open_dwarf(u->obj))
		return false;
	ts.dwarf = u->obj->dwarf;
	for_each_top(&ts, find_inlined, &q);
	return q.found;
}

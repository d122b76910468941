// SPDX-License-Identifier: GPL-2.0
/*
 * Refuses functions that reach changed types.
 *
 * The objects of a running kernel have the layout of the old types. Code that was
 * compiled for another layout must not access them, so an update whose functions reach
 * a changed type is refused. A function reaches the types of its parameters and
 * variables, of those of functions inlined into it, of what it calls, of the variables
 * that it refers to, and of the members of these types.
 *
 * If a function is the same code when compiled with the old types, these are used to
 * judge it: then only a change that remains with them can affect it.
 */
#include <stdlib.h>
#include <string.h>

#include "types.h"

#define WAY_LAYOUT							\
	"keep the layout: existing objects have the old one"

/*
 * Each function is refused by itself, so that --partial can leave it out. But one
 * reason may apply to many functions, and is printed once.
 */
static void refuse_type(struct verdicts *vs, const struct unit *u,
			const char *wayout, const char *reason)
{
	u32 n = vs->refusals.n;

	refuse(vs, "type_changed", u->obj, u,
	       u->name[0] ? u->name : u->sec->name, wayout, "%s", reason);
	if (vs->refusals.n > n)
		vs->refusals.v[n].about = reason;
}

static void refuse_layout(struct verdicts *vs, const struct unit *u,
			  const char *wayout, const char *how,
			  const struct type *t)
{
	const char *reason = xasprintf("%s %s, whose layout changed (%s)", how,
				       t->name, t->change);

	refuse_type(vs, u, wayout, reason);
}

/* What a function reaches */

static void mark(struct types *ts, const char *name)
{
	struct type *t = name ? map_get(&ts->map, name) : NULL;

	if (!t || t->reached)
		return;
	t->reached = true;
	*vec_add(&ts->reached) = t;
}

static void mark_members(struct types *ts, const struct type *t)
{
	const struct member *m;

	for (; t; t = t->other)
		vec_for_each(m, &t->members)
			mark(ts, m->result);
}

/*
 * Code may follow members and pointers as far as they lead: debug information does not
 * tell how far it does.
 */
static void mark_on(struct types *ts)
{
	u32 i;

	for (i = 0; i < ts->reached.n; i++)
		mark_members(ts, ts->reached.v[i]);
}

static void mark_die(struct types *ts, Dwarf_Die *die)
{
	const char *name;
	Dwarf_Die type;

	if (!type_of(die, &type))
		return;
	name = leads_to_struct(type);
	if (name)
		mark(ts, name);
	else
		/* it may be a struct without a name */
		mark_members(ts, read_variable(ts->obj, dwarf_dieoffset(die), ""));
}

/* @depth: nesting of inlined functions and blocks */
static void mark_subtree(struct types *ts, Dwarf_Die *die, int depth)
{
	Dwarf_Die child, origin;

	mark_die(ts, die);
	if (depth > 2 * MAX_NESTING)
		return;
	if (dwarf_tag(die) != DW_TAG_lexical_block && origin_of(die, &origin))
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
			mark_die(ts, &child); /* the type that the callee returns */
			break;
		case DW_TAG_lexical_block:
		case DW_TAG_inlined_subroutine:
			mark_subtree(ts, &child, depth + 1);
			break;
		}
	} while (!dwarf_siblingof(&child, &child));
}

static void mark_offset(struct types *ts, u64 off)
{
	Dwarf_Die die;

	if (off && dwarf_offdie(ts->dwarf, off, &die))
		mark_die(ts, &die);
}

/*
 * Mark what a called function returns. Not every call has a DIE, and that of DWARF 5
 * names the callee only.
 */
static void mark_callee(struct types *ts, const struct ref *r)
{
	const char *name = r->unit ? r->unit->name : r->sym ? r->sym->name : "";

	name = xasprintf("%.*s", (int)strcspn(name, "."), name);
	mark_offset(ts, (uintptr_t)map_get(&ts->func_dies, name));
}

/* Mark the types of variables that it refers to, in this file and in others. */
static void mark_variables(struct types *ts, const struct unit *u)
{
	const struct ref *r;

	vec_for_each(r, &u->refs) {
		if (r->branch)
			mark_callee(ts, r);
		else if (r->unit && r->unit->die)
			mark_offset(ts, r->unit->is_func ? 0 : r->unit->die);
		else if (r->unit || r->sym)
			mark_offset(ts, (uintptr_t)
				    map_get(&ts->var_dies, r->unit ?
					    r->unit->name : r->sym->name));
	}
}

/* The symbol of a clone starts with the name of its DIE. */
static bool is_clone_of(const char *symbol, const char *name)
{
	size_t n = strcspn(symbol, ".");

	return strlen(name) == n && !memcmp(symbol, name, n);
}

struct by_name {
	struct types *ts;
	const struct unit *u;
};

/* Find a function's DIE by name, if no address shows it. */
static void mark_named(Dwarf_Die *die, void *data)
{
	struct by_name *by = data;

	if (dwarf_tag(die) == DW_TAG_subprogram &&
	    is_clone_of(by->u->name, die_name(die)))
		mark_subtree(by->ts, die, 0);
}

static void mark_function(struct types *ts, const struct unit *u)
{
	struct by_name by = { ts, u };
	Dwarf_Die die;

	if (u->die && dwarf_offdie(ts->dwarf, u->die, &die))
		mark_subtree(ts, &die, 0);
	else
		for_each_top(ts->dwarf, mark_named, &by);
	mark_variables(ts, u);
	if (u->cold)
		mark_variables(ts, u->cold);
}

static void unmark(struct types *ts)
{
	struct type **t;

	vec_for_each(t, &ts->list)
		(*t)->reached = false;
	ts->reached.n = 0;
}

/**
 * reach_near() - find the structs that a function handles, and those that they lead to
 * @ts:	types of its object; gets .reached
 * @u:	the function
 */
void reach_near(struct types *ts, const struct unit *u)
{
	u32 i, n;

	unmark(ts);
	mark_function(ts, u);
	n = ts->reached.n;
	for (i = 0; i < n; i++)
		mark_members(ts, ts->reached.v[i]);
}

/* Return: a changed struct or union, or NULL. */
static const struct type *changed_layout(const struct types *ts)
{
	struct type **t;

	vec_for_each(t, &ts->list)
		if ((*t)->change)
			return *t;
	return NULL;
}

/*
 * Does the function reach a changed type, according to debug information? @in: the
 * function in the object of @ts: @u, or its counterpart with the old types
 */
static bool check_function(struct verdicts *vs, struct types *ts,
			   const struct unit *in, struct unit *u)
{
	bool reaches = false;
	struct type **t;

	if (!changed_layout(ts))
		return false;
	unmark(ts);
	mark_function(ts, in);
	mark_on(ts);
	vec_for_each(t, &ts->list)
		if ((*t)->change && (*t)->reached) {
			reaches = true;
			refuse_layout(vs, u, WAY_LAYOUT, "it reaches", *t);
		}
	return reaches;
}

/* Changed values of enums change code, too: see enums.c. */
static bool has_moved_values(const struct types *ts)
{
	struct type **t;

	vec_for_each(t, &ts->enums)
		if ((*t)->change)
			return true;
	return ts->counts.n;
}

static bool is_in(const struct obj *obj, const struct unit *u)
{
	struct unit **v;

	vec_for_each(v, &obj->units)
		if ((*v)->is_func && !strcmp((*v)->name, u->name))
			return true;
	return false;
}

/*
 * A cast within an expression leaves no trace in debug information. But if code differs
 * when compiled with the old types, and all else is the same, it uses a changed type: a
 * struct, or a named number or array.
 */
static void check_unseen(struct verdicts *vs, const struct types *ts,
			 const struct obj *over_old, struct unit *u)
{
	const struct type *t = changed_layout(ts);
	const char *reason;

	if (!t) {
		if (!has_moved_values(ts) && is_in(over_old, u))
			refuse_type(vs, u, WAY_LAYOUT,
				    "compiled with the old types it is different code, though no struct and no enum changed: perhaps a typedef did");
		return;
	}
	reason = xasprintf("compiled with the old types it is different code, and types changed (%s: %s)",
			   t->name, t->change);
	refuse_type(vs, u, WAY_LAYOUT, reason);
}

/* Variables */

static void refuse_variable(struct verdicts *vs, const struct unit *u,
			    const char *name, const char *change)
{
	const char *reason = xasprintf("it uses %s, %s", name, change);

	refuse_type(vs, u, "leave the type of the variable as it is, and add a new variable",
		    reason);
}

/* Describe how the declaration of another file's variable changed; NULL if it did not. */
static const char *declared_change(const struct types *pre,
				   const struct types *post, const char *name)
{
	const char *was = map_get(&pre->vars, name);
	const char *is = map_get(&post->vars, name);
	struct type *a, *b;

	if (!was || !is)
		return NULL;
	if (strcmp(was, is))
		return xasprintf("which is %s instead of %s", is, was);
	/* compare unnamed structs by their members */
	a = read_variable(pre->obj, (uintptr_t)map_get(&pre->var_dies, name),
			  name);
	b = read_variable(post->obj, (uintptr_t)map_get(&post->var_dies, name),
			  name);
	return a && b ? compare_variables(a, b) : NULL;
}

/* Variables of other files: the running kernel has them as they were declared before. */
static void check_declared(struct verdicts *vs, struct types *pre,
			   struct types *post, struct unit *u)
{
	const char *change;
	struct ref *r;

	vec_for_each(r, &u->refs) {
		if (!r->sym || r->sym->sec)
			continue;
		change = declared_change(pre, post, r->sym->name);
		if (change)
			refuse_variable(vs, u, r->sym->name, change);
	}
}

/*
 * Variables of the file that the running kernel keeps. A constant that is not copied
 * has the same contents, and the new code was compiled with its new type.
 */
static bool is_kept_variable(const struct verdicts *vs, const struct unit *v)
{
	return v->twin && !unit_included(vs, v) && !v->is_func &&
	       !class_is_text(v->sec->cls) && v->ident != ID_CONTENT &&
	       v->sec->cls != SC_RODATA && v->sec->cls != SC_INIT &&
	       v->sec->cls != SC_STATIC_CALL && v->sec->cls != SC_EXPORT;
}

/* Describe how the variable's type changed; NULL if it did not. */
static const char *variable_change(const struct unit *v)
{
	const struct unit *old = v->twin;
	const char *name = strip_numbers(v->name);
	struct type *was, *is;

	if (!obj_find_dies(v->obj) || !obj_find_dies(old->obj))
		return NULL;
	was = read_variable(old->obj, old->die, name);
	is = read_variable(v->obj, v->die, name);
	if (was && is)
		return compare_variables(was, is);
	if (was || is)
		return xasprintf("which has a type only in the %s source",
				 was ? "old" : "new");
	return NULL;	/* it is from assembly, or generated by the compiler */
}

static void check_own(struct verdicts *vs, struct unit *u)
{
	struct unit *v, *owner = u->parent ? u->parent : u;
	const char *change;
	struct ref *r;

	vec_for_each(r, &u->refs) {
		v = resolve_ref(vs->up, u->obj, r);
		change = v && is_kept_variable(vs, v) ? variable_change(v) : NULL;
		if (change)
			refuse_variable(vs, owner, strip_numbers(v->name),
					change);
	}
}

/* New data */

/* Mark the types that an object of this type contains. */
static void mark_within(struct types *ts, const char *name)
{
	struct type *t = name ? map_get(&ts->map, name) : NULL;
	struct member *m;

	if (!t || t->reached)
		return;
	t->reached = true;
	vec_for_each(m, &t->members)
		if (!m->far)
			mark_within(ts, m->base);
}

static void mark_made_of(struct types *ts, const struct unit *u)
{
	struct type *var = read_variable(ts->obj, u->die, u->name);
	struct member *m;

	if (!var)
		return;
	vec_for_each(m, &var->members)
		if (!m->far)
			mark_within(ts, m->base);
}

/* Old code reads new data, too: operations, tables. */
static void check_data(struct verdicts *vs, struct types *ts,
		       const struct unit *in, struct unit *u)
{
	struct type **t;

	unmark(ts);
	mark_made_of(ts, in);
	vec_for_each(t, &ts->list)
		if ((*t)->change && (*t)->reached)
			refuse_layout(vs, u,
				      "keep the layout: code compiled with the old one reads it",
				      "it is made of", *t);
}

/* Files */

static const char *change_of(const struct type *t)
{
	return xasprintf("%s: %s", t->name, t->change);
}

/**
 * struct judged - a file and its types
 * @tu:		the file
 * @pre:	types of the pre object, and of existing data
 * @post:	types of the post object
 * @old:	types of the post source compiled with the old types; there is
 *		no such object if @old.dwarf is NULL
 * @over_old:	the units that are the same with @old
 * @other:	some code is not the same with @old
 * @same:	some code is
 */
struct judged {
	struct tu *tu;
	struct types pre, post, old;
	struct over_old over_old;
	bool other, same;
};

static void check_uses(struct verdicts *vs, struct judged *j, struct types *ts,
		       const struct unit *in, struct unit *u)
{
	const char *how = misuse(&j->pre, ts, in, u->twin, j->old.dwarf);

	if (how)
		refuse_type(vs, u, WAY_LAYOUT, how);
}

static void judge_function(struct verdicts *vs, struct judged *j, struct unit *u)
{
	struct unit *old = j->old.dwarf ? unit_over_old(&j->over_old, u) : NULL;

	check_calls(vs, u);
	check_callees(vs, &j->pre, &j->post, u);
	if (old) {
		j->same = true;
		check_declared(vs, &j->pre, &j->old, u);
		check_uses(vs, j, &j->old, old, u);
		check_function(vs, &j->old, old, u);
		return;
	}
	j->other = true;
	check_declared(vs, &j->pre, &j->post, u);
	check_uses(vs, j, &j->post, u, u);
	if (!check_function(vs, &j->post, u, u) && j->old.dwarf)
		check_unseen(vs, &j->post, j->over_old.obj, u);
}

static void judge_data(struct verdicts *vs, struct judged *j, struct unit *u)
{
	struct unit *old = j->old.dwarf ? unit_over_old(&j->over_old, u) : NULL;

	if (!u->name[0] || u->is_func)
		return;
	if (old)
		check_data(vs, &j->old, old, u);
	else
		check_data(vs, &j->post, u, u);
}

static void judge_unit(struct verdicts *vs, struct judged *j, struct unit *u)
{
	if (!unit_included(vs, u))
		return;
	check_own(vs, u);
	if (!class_is_text(u->sec->cls))
		judge_data(vs, j, u);
	else if (u->is_func && !u->parent)
		judge_function(vs, j, u);
}

/*
 * If the code is the same with the old types, a change does not affect it, provided
 * that these are the old types.
 */
static void describe_types(struct judged *j)
{
	const struct type *t = changed_layout(&j->post), *still;

	if (!t)
		return;
	still = j->old.dwarf ? changed_layout(&j->old) : NULL;
	j->tu->types = j->old.dwarf && !still ? "judged" : "changed";
	j->tu->type_change = change_of(still ? still : t);
}

static void check_tu(struct verdicts *vs, struct tu *tu)
{
	struct judged j = { .tu = tu };
	struct unit **u;

	if (!types_read(&j.pre, vs->up, tu->pre) ||
	    !types_read(&j.post, vs->up, tu->post))
		return;
	find_changes(&j.pre, &j.post);
	find_uses(&j.pre);
	find_uses(&j.post);
	find_renamed(&j.pre, &j.post);
	if (tu->old && types_read(&j.old, vs->up, tu->old)) {
		find_changes(&j.pre, &j.old);
		find_unseen(&j.pre, &j.old, &j.post);
		find_uses(&j.old);
		find_renamed(&j.pre, &j.old);
		j.over_old.obj = tu->old;
		j.over_old.of = xzalloc(vs->up->nunits * sizeof(*j.over_old.of));
	}
	vec_for_each(u, &tu->post->units)
		judge_unit(vs, &j, *u);
	check_moved_members(vs, &j.pre);
	describe_types(&j);
	if (j.other)
		check_enums(vs, &j.pre, &j.post, tu->post);
	else if (j.same)
		check_enums(vs, &j.pre, &j.old, tu->post);
	free(j.over_old.of);
	free(j.over_old.known.v);
}

static bool has_included(const struct verdicts *vs, const struct obj *obj)
{
	struct unit **u;

	vec_for_each(u, &obj->units)
		if (unit_included(vs, *u) && class_is_text((*u)->sec->cls))
			return true;
	return false;
}

/* Warn if the types of a file are not known. */
static void warn_unknown(struct verdicts *vs, struct tu *tu)
{
	bool pre = obj_open_dwarf(tu->pre), post = obj_open_dwarf(tu->post);

	if (pre && post)
		return;
	tu->types = "unknown";
	note(vs, tu->post, true,
	     "types were not compared: there is no debug information in the object of the %s source; compile both with -g",
	     pre ? "new" : post ? "old" : "old and the new");
}

/**
 * check_types() - refuse functions that reach types whose layout changed
 * @vs:	the verdicts, decided; only dirty files are checked
 */
void check_types(struct verdicts *vs)
{
	struct tu *tu;

	vec_for_each(tu, &vs->up->tus) {
		if (!tu->pre || !has_included(vs, tu->post))
			continue;
		warn_unknown(vs, tu);
		if (vs->plan->tus[tu - vs->up->tus.v].dirty)
			check_tu(vs, tu);
	}
}

/* Inlined functions */

static const char *origin_name(Dwarf_Die *die)
{
	Dwarf_Die origin;

	return origin_of(die, &origin) ? die_name(&origin) : die_name(die);
}

static bool subtree_inlines(Dwarf_Die *die, const char *name, int depth)
{
	Dwarf_Die child;

	if (depth > 2 * MAX_NESTING || dwarf_child(die, &child))
		return false;
	do {
		if (dwarf_tag(&child) == DW_TAG_inlined_subroutine &&
		    is_clone_of(name, origin_name(&child)))
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

static void find_inlined(Dwarf_Die *die, void *data)
{
	struct inline_query *q = data;

	if (!q->found && dwarf_tag(die) == DW_TAG_subprogram &&
	    is_clone_of(q->unit->name, origin_name(die)))
		q->found = subtree_inlines(die, q->name, 0);
}

/**
 * unit_inlines() - is a function inlined into another one?
 * @u:		the other one
 * @name:	the function
 */
bool unit_inlines(const struct unit *u, const char *name)
{
	struct inline_query q = { .unit = u, .name = name };
	Dwarf_Die die;

	if (!obj_find_dies(u->obj))
		return false;
	if (u->die && dwarf_offdie(u->obj->dwarf, u->die, &die))
		return subtree_inlines(&die, name, 0);
	for_each_top(u->obj->dwarf, find_inlined, &q);
	return q.found;
}

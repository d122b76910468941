// SPDX-License-Identifier: GPL-2.0
/*
 * Variables that may have a new name.
 *
 * Suppose that no new code uses some old variable, and that there is a new one which
 * could be the same. If it is, it must keep what the running kernel holds in the old
 * one; if not, it starts with its initial value. The two become a pair if everything
 * that is known agrees (type, size, initial value, kind of section, users and uses),
 * and there is no other candidate. All other new variables that could be an old one are
 * marked. They are refused with both names if the update needs them, unless the author
 * says which is meant.
 */
#include <stdlib.h>
#include <string.h>

#include "state.h"

typedef VEC(struct unit *) unit_list;

/**
 * struct var - a variable that has no twin
 * @u:		the variable
 * @users:	functions and data that refer to it, without boot code
 * @roots:	units of post that use it, directly or through units without a twin
 * @open:	not all units that lead to it are known
 * @match:	the variable of the other side that agrees in everything
 * @nmatch:	how many variables do
 */
struct var {
	struct unit *u;
	unit_list users, roots;
	bool open, done;
	struct var *match;
	u32 nmatch;
};

typedef VEC(struct var) var_list;

struct sides {
	const struct update *up;
	var_list lost, fresh;
};

/**
 * state_is() - is it a variable that holds state of its own?
 * @u:	unit
 */
bool state_is(const struct unit *u)
{
	return (u->sec->cls == SC_DATA || u->sec->cls == SC_PERCPU) &&
	       u->ident == ID_NAMED && u->name[0] && u->size && !u->is_func;
}

/**
 * state_is_open() - is it a variable without a twin (yet)?
 * @u:	unit
 */
bool state_is_open(const struct unit *u)
{
	return state_is(u) && !u->twin;
}

/**
 * state_name() - the name of a variable in the source
 * @u:	a variable
 */
const char *state_name(const struct unit *u)
{
	return u->source_name ? u->source_name : strip_numbers(u->name);
}

static bool same_name(const struct unit *a, const struct unit *b)
{
	return !strcmp(state_name(a), state_name(b));
}

static void add_once(unit_list *list, struct unit *u)
{
	u32 i;

	for (i = 0; i < list->n; i++)
		if (list->v[i] == u)
			return;
	*vec_add(list) = u;
}

static bool has(const unit_list *list, const struct unit *u)
{
	u32 i;

	for (i = 0; i < list->n; i++)
		if (list->v[i] == u)
			return true;
	return false;
}

/* Users of variables */

static bool uses(const struct update *up, const struct unit *u,
		 const struct unit *to)
{
	const struct ref *r, *inner;
	const struct entry *e;

	vec_for_each(r, &u->refs)
		if (resolve_ref(up, u->obj, r) == to)
			return true;
	vec_for_each(e, &u->entries) {
		vec_for_each(r, &e->refs) {
			if (resolve_ref(up, u->obj, r) == to && to != u)
				return true;
			if (!r->unit || r->unit->sec->cls != SC_ALT_REPL)
				continue;
			vec_for_each(inner, &r->unit->refs)
				if (resolve_ref(up, u->obj, inner) == to)
					return true;
		}
	}
	return false;
}

static void add_users(const struct update *up, const struct obj *obj,
		      const struct unit *to, unit_list *list)
{
	struct unit **v;

	vec_for_each(v, &obj->units) {
		struct unit *u = *v;

		if (u == to || u->sec->cls == SC_NONE || u->sec->cls == SC_DROP ||
		    u->sec->cls == SC_ALT_REPL || !uses(up, u, to))
			continue;
		add_once(list, u->parent ? u->parent : u);
	}
}

/* Find all units that refer to @to, in all files of its target. */
static void find_users(const struct update *up, const struct unit *to,
		       unit_list *list)
{
	const struct tu *tu;

	vec_for_each(tu, &up->tus) {
		const struct obj *obj = to->obj->post ? tu->post : tu->pre;

		if (obj && (obj == to->obj ||
			    (to->is_global && obj->target == to->obj->target)))
			add_users(up, obj, to, list);
	}
}

/* Find the first units with a twin, from the users up through units without one. */
static void find_roots(const struct update *up, struct var *var)
{
	unit_list todo = {};
	u32 i, n, k;

	for (i = 0; i < var->users.n; i++)
		*vec_add(&todo) = var->users.v[i];
	for (i = 0; i < todo.n; i++) {
		struct unit *u = todo.v[i];

		if (u->twin) {
			add_once(&var->roots, u->obj->post ? u : u->twin);
			continue;
		}
		n = todo.n;
		find_users(up, u, &todo);
		for (k = 0; k < u->syms.n; k++)
			var->open |= u->syms.v[k]->bind != STB_LOCAL;
		var->open |= todo.n == n;
	}
	free(todo.v);
}

/* Add a variable, unless only boot code uses it. */
static void take_var(const struct update *up, var_list *list, struct unit *u)
{
	struct var var = { .u = u };
	u32 i, keep = 0;

	find_users(up, u, &var.users);
	for (i = 0; i < var.users.n; i++)
		if (var.users.v[i]->sec->cls != SC_INIT)
			var.users.v[keep++] = var.users.v[i];
	if (var.users.n && !keep)
		return;
	var.users.n = keep;
	find_roots(up, &var);
	*vec_add(list) = var;
}

static bool any_open(const struct update *up, bool post)
{
	const struct tu *tu;
	struct unit **u;

	vec_for_each(tu, &up->tus) {
		const struct obj *obj = post ? tu->post : tu->pre;

		if (!obj)
			continue;
		vec_for_each(u, &obj->units)
			if (state_is_open(*u))
				return true;
	}
	return false;
}

static void take_side(const struct update *up, var_list *list, bool post)
{
	const struct tu *tu;
	struct unit **u;

	vec_for_each(tu, &up->tus) {
		struct obj *obj = post ? tu->post : tu->pre;

		if (!obj)
			continue;
		vec_for_each(u, &obj->units) {
			if (!state_is_open(*u))
				continue;
			obj_find_dies(obj);
			take_var(up, list, *u);
		}
	}
}

/* Evidence */

static bool overlap(const unit_list *a, const unit_list *b)
{
	u32 i;

	for (i = 0; i < a->n; i++)
		if (has(b, a->v[i]))
			return true;
	return false;
}

/* Is there no known difference in type or size? */
static bool same_kind(const struct unit *o, const struct unit *n)
{
	const char *x = variable_type(o), *y = variable_type(n);

	return o->size == n->size && (!x || !y || !strcmp(x, y));
}

static bool said(const struct update *up, const struct unit *u, bool old)
{
	const struct state_of *s;

	vec_for_each(s, &up->state_of) {
		const char *name = old ? s->old : s->new;
		const char *other = old ? s->new : s->old;

		if (!other[0] && (!strcmp(name, u->name) ||
				  !strcmp(name, state_name(u))))
			return true;
	}
	return false;
}

/**
 * state_is_dropped() - does the author say that it has no successor?
 * @up:	the update
 * @u:	a variable of a pre object, or a function that others may hold
 */
bool state_is_dropped(const struct update *up, const struct unit *u)
{
	return said(up, u, true);
}

/**
 * state_is_new() - does the author say that it is not a renamed old variable?
 * @up:	the update
 * @u:	a variable of a post object
 */
bool state_is_new(const struct update *up, const struct unit *u)
{
	return said(up, u, false);
}

/* Could the new variable be the old one? */
static bool similar(const struct update *up, const struct var *o,
		    const struct var *n)
{
	if (said(up, o->u, true) || said(up, n->u, false))
		return false;
	if (same_name(o->u, n->u))
		return o->u->obj->target == n->u->obj->target ||
		       (o->u->is_global && n->u->is_global);
	if (o->u->obj->target != n->u->obj->target)
		return false;
	if (overlap(&o->roots, &n->roots))
		return true;
	return o->u->obj->tu == n->u->obj->tu && same_kind(o->u, n->u);
}

static bool same_start(const struct update *up, struct unit *o, struct unit *n)
{
	bool same;

	/* a list head refers to itself, so it needs its twin */
	o->twin = n;
	n->twin = o;
	same = unit_same_content(up, o, n);
	o->twin = NULL;
	n->twin = NULL;
	return same;
}

static bool is_text(const struct unit *u)
{
	return class_is_text(u->sec->cls);
}

/*
 * Do both have the same users, which use them in the same way? One function on each
 * side may lack a twin: if the same code leads to both, it was renamed or split off.
 */
static bool same_users(const struct update *up, const struct var *o,
		       const struct var *n)
{
	bool strict = !same_name(o->u, n->u), any = false;
	const struct unit *a = NULL, *b = NULL;
	u32 i;

	for (i = 0; i < o->users.n; i++) {
		const struct unit *u = o->users.v[i];

		if (u->twin && has(&n->users, u->twin)) {
			if (is_text(u) && !used_alike(up, u, o->u, u->twin, n->u, strict))
				return false;
			any |= is_text(u);
		} else if (a) {
			return false;
		} else {
			a = u;
		}
	}
	for (i = 0; i < n->users.n; i++) {
		const struct unit *u = n->users.v[i];

		if (u->twin && has(&o->users, u->twin))
			continue;
		if (b)
			return false;
		b = u;
	}
	if (!a && !b)
		return any;
	return a && b && is_text(a) && is_text(b) &&
	       overlap(&o->roots, &n->roots) &&
	       used_alike(up, a, o->u, b, n->u, strict);
}

static bool agrees(const struct update *up, const struct var *o,
		   const struct var *n)
{
	return o->u->sec->cls == n->u->sec->cls &&
	       o->u->obj->target == n->u->obj->target &&
	       variable_type(o->u) && variable_type(n->u) &&
	       same_kind(o->u, n->u) && same_start(up, o->u, n->u) &&
	       same_users(up, o, n);
}

/* Pairing */

static void find_matches(struct sides *s)
{
	struct var *o, *n;

	vec_for_each(o, &s->lost)
		o->nmatch = 0;
	vec_for_each(n, &s->fresh)
		n->nmatch = 0;
	vec_for_each(o, &s->lost) {
		vec_for_each(n, &s->fresh) {
			if (o->u->twin || n->u->twin || !similar(s->up, o, n) ||
			    !agrees(s->up, o, n))
				continue;
			o->match = n;
			o->nmatch++;
			n->match = o;
			n->nmatch++;
		}
	}
}

static bool matched(const struct var *v)
{
	return v->nmatch == 1 && v->match->nmatch == 1;
}

/* Is there another unmatched variable that could be meant? */
static bool has_other(const struct sides *s, const struct var *o,
		      const struct var *n)
{
	const struct var *x;

	vec_for_each(x, &s->fresh)
		if (x != n && !x->u->twin && !matched(x) &&
		    same_kind(o->u, x->u) && similar(s->up, o, x))
			return true;
	vec_for_each(x, &s->lost)
		if (x != o && !x->u->twin && !matched(x) &&
		    same_kind(x->u, n->u) && similar(s->up, x, n))
			return true;
	return false;
}

static void make_pairs(struct sides *s)
{
	struct var *o;

	find_matches(s);
	vec_for_each(o, &s->lost)
		o->done = matched(o) && !has_other(s, o, o->match);
	vec_for_each(o, &s->lost) {
		if (!o->done)
			continue;
		o->u->twin = o->match->u;
		o->match->u->twin = o->u;
	}
}

static struct unit *find_said(const var_list *list, const char *name)
{
	struct unit *found = NULL;
	const struct var *v;

	vec_for_each(v, list)
		if (!strcmp(v->u->name, name))
			return v->u;
	vec_for_each(v, list) {
		if (strcmp(state_name(v->u), name))
			continue;
		if (found)
			die("--state-of: several variables are called %s: give %s or %s",
			    name, found->name, v->u->name);
		found = v->u;
	}
	return found;
}

/* Pair the variables that the author named. */
static void pair_said(struct sides *s)
{
	const struct state_of *said;

	vec_for_each(said, &s->up->state_of) {
		struct unit *o, *n;

		if (!said->old[0] || !said->new[0])
			continue;
		o = find_said(&s->lost, said->old);
		n = find_said(&s->fresh, said->new);
		if (!o || !n || o->twin || n->twin)
			continue;
		if (o->size != n->size || o->sec->cls != n->sec->cls)
			die("--state-of: %s has %u bytes in %s, but %s has %u in %s: one can't keep the value of the other",
			    o->name, o->size, o->sec->name, n->name, n->size,
			    n->sec->name);
		o->twin = n;
		n->twin = o;
	}
}

static void free_side(var_list *list)
{
	struct var *v;

	vec_for_each(v, list) {
		free(v->users.v);
		free(v->roots.v);
	}
	free(list->v);
}

/**
 * pair_state() - pair variables that have another name, place or function
 * @up:	the update, paired by names
 */
void pair_state(struct update *up)
{
	struct sides s = { .up = up };

	if (!any_open(up, false) || !any_open(up, true))
		return;
	take_side(up, &s.lost, false);
	take_side(up, &s.fresh, true);
	pair_said(&s);
	make_pairs(&s);
	free_side(&s.lost);
	free_side(&s.fresh);
}

/* State that moves on in other ways */

/* Do calls in code of @in lead from a unit of @from to one of @to? */
static bool leads_to(const struct update *up, const unit_list *from,
		     const unit_list *to, const struct obj *in)
{
	unit_list todo = {};
	const struct ref *r;
	struct unit *next;
	bool found = false;
	u32 i;

	for (i = 0; i < from->n; i++)
		add_once(&todo, from->v[i]);
	for (i = 0; i < todo.n && !found; i++) {
		if (!is_text(todo.v[i]))
			continue;
		found = has(to, todo.v[i]);
		if (todo.v[i]->obj != in)
			continue;
		vec_for_each(r, &todo.v[i]->refs) {
			next = resolve_ref(up, todo.v[i]->obj, r);
			if (next && is_text(next))
				add_once(&todo, next->parent ? next->parent : next);
		}
	}
	free(todo.v);
	return found;
}

static bool uses_any(const struct update *up, const struct unit *u,
		     const unit_list *list)
{
	u32 i;

	for (i = 0; i < list->n; i++)
		if (is_text(list->v[i]) && uses(up, u, list->v[i]))
			return true;
	return false;
}

/* Is there a function that calls users of both? */
static bool have_caller(const struct update *up, const struct var *o,
			const struct var *n)
{
	struct unit **u;

	vec_for_each(u, &n->u->obj->units)
		if (is_text(*u) && uses_any(up, *u, &o->roots) &&
		    uses_any(up, *u, &n->roots))
			return true;
	return false;
}

/*
 * May the state have moved to an existing function that calls the old users, or is
 * called by them?
 */
static bool may_have_moved(const struct update *up, const struct var *o,
			   const struct var *n)
{
	const struct obj *from = up->tus.v[o->u->obj->tu].post;

	return o->u->obj->target == n->u->obj->target &&
	       !said(up, o->u, true) && !said(up, n->u, false) &&
	       (leads_to(up, &o->roots, &n->roots, from) ||
		leads_to(up, &n->roots, &o->roots, n->u->obj) ||
		have_caller(up, o, n));
}

/*
 * Find what a function uses, directly or through functions without a twin. @deep:
 * through all functions that it calls
 */
static void add_used(const struct update *up, struct unit *func, unit_list *used,
		     bool deep)
{
	unit_list todo = {};
	const struct ref *r;
	struct unit *to;
	u32 i;

	add_once(&todo, func);
	if (func->cold)
		add_once(&todo, func->cold);
	for (i = 0; i < todo.n; i++) {
		vec_for_each(r, &todo.v[i]->refs) {
			to = resolve_ref(up, todo.v[i]->obj, r);
			if (!to)
				continue;
			add_once(used, to);
			if (is_text(to) && (deep || !to->twin || to->parent))
				add_once(&todo, to);
			if (deep && is_text(to) && to->cold)
				add_once(&todo, to->cold);
		}
	}
	free(todo.v);
}

static const char *add_name(const char *list, const struct unit *u)
{
	const char *name = state_name(u);

	if (u->scope)
		name = xasprintf("%s of %s()", name, u->scope);
	return list ? xasprintf("%s, %s", list, name) : name;
}

/* Mark variables that still exist, but that this user of the new one uses no more. */
static void mark_deserted_as(const struct update *up, struct unit *func,
			     struct unit *n, bool deep)
{
	unit_list old = {}, new = {};
	u32 i;

	add_used(up, func->twin, &old, deep);
	add_used(up, func, &new, deep);
	for (i = 0; i < old.n; i++) {
		struct unit *o = old.v[i];

		if (!state_is(o) || !o->twin || has(&new, o->twin) ||
		    said(up, o, true))
			continue;
		if (!n->rivals || !strstr(n->rivals, state_name(o)))
			n->rivals = add_name(n->rivals, o);
		n->rival_stays = true;
	}
	free(old.v);
	free(new.v);
}

/* Compare direct uses, and if the function changed, uses through all callees. */
static void mark_deserted(const struct update *up, struct unit *func, struct unit *n)
{
	mark_deserted_as(up, func, n, false);
	if (func->status != ST_SAME || !unit_same_content(up, func->twin, func))
		mark_deserted_as(up, func, n, true);
}

/* A function may now keep its state in a helper that it calls through others. */
static void mark_deserted_by(const struct update *up, struct unit *func,
			     struct unit *n)
{
	unit_list todo = {};
	struct unit **v, *caller;
	u32 i;

	mark_deserted(up, func, n);
	add_once(&todo, func);
	for (i = 0; i < todo.n; i++) {
		vec_for_each(v, &func->obj->units) {
			caller = (*v)->parent ? (*v)->parent : *v;
			if (caller->is_func && is_text(caller) && !has(&todo, caller) &&
			    uses(up, *v, todo.v[i]))
				add_once(&todo, caller);
		}
		if (i && todo.v[i]->twin)
			mark_deserted(up, todo.v[i], n);
	}
	free(todo.v);
}

static void mark_rival(const struct sides *s, const struct var *n)
{
	const struct var *o;
	u32 i;

	vec_for_each(o, &s->lost)
		if (similar(s->up, o, n) || may_have_moved(s->up, o, n))
			n->u->rivals = add_name(n->u->rivals, o->u);
	if (said(s->up, n->u, false)) {
		n->u->ambiguous = false;
		return;
	}
	for (i = 0; i < n->roots.n; i++)
		if (is_text(n->roots.v[i]) && n->roots.v[i]->twin)
			mark_deserted_by(s->up, n->roots.v[i], n->u);
}

/**
 * mark_rivals() - mark new variables that could be old ones
 * @up:	the update, paired
 *
 * Old variables are candidates if they are gone, or if a user of the new one uses
 * them no more.
 */
void mark_rivals(struct update *up)
{
	struct sides s = { .up = up };
	struct var *n;

	if (!any_open(up, true))
		return;
	take_side(up, &s.lost, false);
	take_side(up, &s.fresh, true);
	vec_for_each(n, &s.fresh)
		mark_rival(&s, n);
	free_side(&s.lost);
	free_side(&s.fresh);
}

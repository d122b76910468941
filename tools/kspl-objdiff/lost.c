// SPDX-License-Identifier: GPL-2.0
/*
 * Variables that are gone, and what they held.
 *
 * state.c looks for new variables that a gone one could be. If there is none, its value
 * may still be missed: its users may now use a variable that existed before, or a part
 * of one; or other code may hold the address of the gone variable, and nobody takes
 * that back. The same goes for two variables that swap roles.
 *
 * A lock holds no state when no thread is inside its users, all of which are replaced.
 * But if one function takes it and another one releases it, it may be held in between.
 */
#include <stdlib.h>
#include <string.h>

#include "boot.h"
#include "escape.h"
#include "state.h"
#include "verdict.h"

#define WAY_GONE	"keep using %s; or, if its value is not needed or a hook copies it, use --state-of %s="

/**
 * struct place - a place in a variable that a function uses
 * @u:		a variable of the update's files; NULL: another file's
 * @name:	its name, in the other file
 * @off:	in the variable
 * @address:	its address is taken
 * @writes:	it is written there
 */
struct place {
	const struct unit *u;
	const char *name;
	s64 off;
	bool address, writes;
};

typedef VEC(struct place) place_vec;
typedef VEC(const struct unit *) units;

static const struct unit *whole(const struct unit *u)
{
	return u->parent ? u->parent : u;
}

static void add_unit(units *list, const struct unit *u)
{
	const struct unit **v;

	vec_for_each(v, list)
		if (*v == u)
			return;
	*vec_add(list) = u;
}

/* Variables that any function may use, through inlined helpers. */
static bool means_nothing(const char *name)
{
	return !strcmp(name, "__preempt_count") || !strcmp(name, "pcpu_hot");
}

/* Does it refer to a variable that may be in no file of the update? */
static bool is_foreign(const struct ref *r)
{
	return !r->branch && r->sym && !r->sym->sec && !means_nothing(r->sym->name);
}

static void add_place(place_vec *places, const struct unit *from,
		      const struct ref *r, const struct unit *to)
{
	struct place p = { .u = to, .off = r->target };

	if (to ? !state_is(to) : !is_foreign(r))
		return;
	p.name = to ? state_name(to) : r->sym->name;
	p.address = ref_takes_address(from, r);
	p.writes = !p.address && ref_writes(from, r);
	*vec_add(places) = p;
}

/*
 * Find what a function uses, directly, through functions without a twin, or through
 * those that @other, its twin, does not use.
 */
static void find_places(const struct update *up, const struct unit *func,
			const struct unit *other, place_vec *places)
{
	const struct unit *u, *to;
	const struct ref *r;
	units todo = {};
	u32 i;

	add_unit(&todo, func);
	for (i = 0; i < todo.n; i++) {
		u = todo.v[i];
		if (u->cold)
			add_unit(&todo, u->cold);
		vec_for_each(r, &u->refs) {
			to = resolve_ref(up, u->obj, r);
			if (to && class_is_text(to->sec->cls) && !to->parent &&
			    (!to->twin || (other && u == func && !unit_refers(up, other, to->twin))))
				add_unit(&todo, to);
			else
				add_place(places, u, r, to);
		}
	}
	free(todo.v);
}

/* Are both the same variable, in pre and post? */
static bool is_same(const struct place *pre, const struct place *post)
{
	if (!pre->u || !post->u)
		return !pre->u && !post->u && !strcmp(pre->name, post->name);
	return pre->u->twin == post->u;
}

static const struct place *find_thing(const place_vec *places, const struct unit *u)
{
	const struct place *p;

	vec_for_each(p, places)
		if (p->u == u)
			return p;
	return NULL;
}

/* Did it use this place, or an address which leads to it? */
static bool had_place(const place_vec *pre, const struct place *post)
{
	const struct place *p;

	vec_for_each(p, pre)
		if (is_same(p, post) &&
		    (p->off == post->off || p->address || !p->u))
			return true;
	return false;
}

/* Find an existing variable that the function now changes, but did not use before. */
static const struct place *taken_instead(const place_vec *pre, const place_vec *post)
{
	const struct place *p;

	vec_for_each(p, post) {
		if (p->u ? !p->u->twin || p->u->is_lock : p->address)
			continue;
		if ((p->writes || p->address) && !had_place(pre, p))
			return p;
	}
	return NULL;
}

/* Find the functions that use it while the kernel runs. */
static void find_users(const struct verdicts *vs, const struct unit *u, units *list)
{
	const struct edge *e;
	const struct tu *tu;
	struct unit **v;

	vec_for_each(tu, &vs->up->tus) {
		if (!tu->pre || tu->pre->target != u->obj->target)
			continue;
		vec_for_each(v, &tu->pre->units) {
			if (vs->boot->kind[(*v)->id] != BOOT_NO ||
			    !class_is_text((*v)->sec->cls))
				continue;
			vec_for_each(e, &vs->boot->edges[(*v)->id])
				if (e->to == u)
					add_unit(list, whole(*v));
		}
	}
}

/* Find the existing functions that lead to it, through those that are gone. */
static void find_roots(const struct verdicts *vs, const units *users, units *roots)
{
	const struct unit **v;
	units todo = {};
	u32 i;

	vec_for_each(v, users)
		add_unit(&todo, *v);
	for (i = 0; i < todo.n; i++) {
		if (todo.v[i]->twin)
			add_unit(roots, todo.v[i]);
		else
			find_users(vs, todo.v[i], &todo);
	}
	free(todo.v);
}

static bool is_left(const struct verdicts *vs, const struct unit *post)
{
	return plan_of(vs->plan, post)->left || vs->plan->tus[post->obj->tu].left;
}

/* Do its former users now use another variable that is not new? */
static bool check_taken(struct verdicts *vs, const struct unit *lost,
			const struct unit *pre)
{
	const char *name = state_name(lost);
	place_vec was = {}, is = {};
	const struct place *p;

	if (is_left(vs, pre->twin))
		return false;
	find_places(vs->up, pre, NULL, &was);
	find_places(vs->up, pre->twin, NULL, &is);
	p = taken_instead(&was, &is);
	if (p)
		refuse(vs, "state_renamed", pre->twin->obj, pre->twin, name,
		       xasprintf(WAY_GONE, name, name),
		       "it is gone, and %s uses %s instead, which existed before: the value that %s has in the running kernel would be lost",
		       unit_label(pre->twin), p->name, name);
	free(was.v);
	free(is.v);
	return p;
}

/* Did old code pass its address to code that keeps it? */
static bool check_held(struct verdicts *vs, const struct tu *tu,
		       const struct unit *lost, const struct unit *user)
{
	const char *name = state_name(lost);
	struct escape esc;

	if (!unit_lets_out(vs->up, user, lost, false, &esc))
		return false;
	refuse(vs, "state_renamed", tu->post, user->twin, name,
	       xasprintf(WAY_GONE, name, name),
	       "it is gone, but in the old code %s %s: code that has the address keeps using it",
	       unit_label(user), esc.how);
	return true;
}

/* Is there a new variable that it could be? state.c checks those. */
static bool has_heir(const struct tu *tu, const struct unit *lost)
{
	const char *at, *name = state_name(lost);
	struct unit **v;

	vec_for_each(v, &tu->post->units) {
		at = (*v)->rivals ? strstr((*v)->rivals, name) : NULL;
		if (at && (at == (*v)->rivals || at[-1] == ' ') &&
		    strchr(", ", at[strlen(name)]))
			return true;
	}
	return false;
}

static void check_gone(struct verdicts *vs, const struct tu *tu,
		       const struct unit *lost)
{
	units users = {}, roots = {};
	bool refused = false;
	u32 i;

	find_users(vs, lost, &users);
	find_roots(vs, &users, &roots);
	for (i = 0; i < roots.n && !refused; i++)
		refused = check_taken(vs, lost, roots.v[i]);
	for (i = 0; i < users.n && !refused; i++)
		refused = check_held(vs, tu, lost, users.v[i]);
	free(users.v);
	free(roots.v);
}

/* A part of a variable that becomes a variable of its own */

/* Is the place still used, or maybe used by an address? */
static bool has_place(const place_vec *post, const struct place *pre)
{
	const struct place *p;

	vec_for_each(p, post)
		if (p->u == pre->u->twin &&
		    (p->off == pre->off || (p->address && p->off < pre->off)))
			return true;
	return false;
}

static bool is_used_like(const struct place *pre, const struct place *post)
{
	return (pre->writes && post->writes) || (pre->address && post->address);
}

/* Find a new variable that @func uses as it used a part of an existing one. */
static void check_split(struct verdicts *vs, const struct unit *func,
			const place_vec *was, const place_vec *is)
{
	const struct place *a, *b;
	u32 n = vs->refusals.n;

	vec_for_each(a, was) {
		if (!a->u || !a->u->twin || a->u->is_lock ||
		    !find_thing(is, a->u->twin) || has_place(is, a) ||
		    state_is_dropped(vs->up, a->u))
			continue;
		vec_for_each(b, is) {
			if (!b->u || b->u->twin || b->u->rivals || b->u->is_lock ||
			    !is_used_like(a, b) || state_is_new(vs->up, b->u))
				continue;
			refuse(vs, "state_renamed", func->twin->obj, func->twin, b->name,
			       xasprintf("keep using the old place; or, if the new variable shall start with its initial value, use --state-of =%s",
					 b->name),
			       "%s uses this new variable where it used a part of %s (+%#llx) before: the value of that part in the running kernel would be lost",
			       unit_label(func), a->name, (long long)a->off);
			if (vs->refusals.n == n)
				return;
			vs->refusals.v[n].about = xasprintf("%s of %s", b->name, b->u->obj->label);
			vs->refusals.v[n].who = unit_label(func);
			return;
		}
	}
}

/* Locks */

/**
 * unit_calls_lock() - does a function take a lock, or release one?
 * @func:	the function
 * @unlock:	release
 */
bool unit_calls_lock(const struct unit *func, bool unlock)
{
	const struct unit *u;
	const struct ref *r;

	for (u = func; u; u = u->parent ? NULL : u->cold)
		vec_for_each(r, &u->refs) {
			const char *name = r->branch && r->sym ? r->sym->name : "";
			bool gives = strstr(name, "unlock") || starts_with(name, "up_");

			if (gives ? unlock : !unlock && (strstr(name, "lock") ||
							 starts_with(name, "down_")))
				return true;
		}
	return false;
}

/* Does it take a lock that another function releases, or the other way round? */
static bool is_half(const struct verdicts *vs, const struct unit *func,
		    const struct unit *lock)
{
	const struct unit *u;
	const struct edge *e;
	u32 n = 0;

	for (u = func; u; u = u->parent ? NULL : u->cold)
		vec_for_each(e, &vs->boot->edges[u->id])
			n += e->to == lock;
	return n == 1 && unit_calls_lock(func, false) != unit_calls_lock(func, true);
}

static void check_lock_gone(struct verdicts *vs, const struct tu *tu,
			    const struct unit *lock)
{
	const char *name = state_name(lock);
	units users = {};
	u32 i;

	find_users(vs, lock, &users);
	for (i = 0; i < users.n; i++)
		if (is_half(vs, users.v[i], lock))
			break;
	if (i < users.n)
		refuse(vs, "state_renamed", tu->post, users.v[i]->twin, name,
		       xasprintf(WAY_GONE, name, name),
		       "this lock is gone, and %s only took it, or only released it: it may be held when the update is applied",
		       unit_label(users.v[i]));
	free(users.v);
}

/* State that moves between existing variables, or between parts of one */

struct exchange {
	const struct unit *func;
	struct place left, taken;
};

typedef VEC(struct exchange) exchange_vec;

static bool same_var(const struct place *a, const struct place *b)
{
	return a->u ? a->u == b->u : !b->u && !strcmp(a->name, b->name);
}

/* @a: a place of pre that is used no more, @b: one of post that was not used */
static bool is_exchanged(const struct place *a, const struct place *b)
{
	if (a->address != b->address || (!a->u) != (!b->u))
		return false;
	if (!a->u)
		return strcmp(a->name, b->name);
	obj_find_dies(a->u->obj);	/* they tell what is a lock */
	return a->u->twin && b->u->twin && !a->u->is_lock && a->u->size == b->u->size &&
	       a->u->sec->cls == b->u->sec->cls && (b->u->twin != a->u || !a->address);
}

/* Does the other side use the place, or may it by an address that leads there? */
static bool lives_on(const place_vec *post, const struct place *pre)
{
	const struct place *p;

	vec_for_each(p, post)
		if (is_same(pre, p) && (p->off == pre->off || p->address))
			return true;
	return false;
}

/* Find all pairs of a place that @func uses no more, and one that it uses now. */
static void find_exchanges(const struct unit *func, const place_vec *was,
			   const place_vec *is, exchange_vec *list)
{
	const struct place *a, *b;

	vec_for_each(a, was) {
		if (lives_on(is, a))
			continue;
		vec_for_each(b, is)
			if (!had_place(was, b) && is_exchanged(a, b))
				*vec_add(list) = (struct exchange){ func, *a, *b };
	}
}

static void refuse_exchange(struct verdicts *vs, const struct exchange *x,
			    const struct exchange *y, const char *how)
{
	const char *a = x->left.name, *b = x->taken.name;

	refuse(vs, "state_renamed", x->func->twin->obj, x->func->twin, a,
	       xasprintf(WAY_GONE, "the one that was used", a),
	       "%s uses %s%s instead of it, and %s %s", unit_label(x->func), b,
	       strcmp(a, b) ? "" : xasprintf(" (%+lld instead of %+lld)",
					     (long long)x->taken.off, (long long)x->left.off),
	       unit_label(y->func), how);
}

static bool is_dropped(const struct verdicts *vs, const struct place *p)
{
	return p->u && state_is_dropped(vs->up, p->u);
}

/* Do two functions exchange the same, and one of them writes it? */
static bool is_moved(const struct exchange *x, const struct exchange *y)
{
	return x->func != y->func && same_var(&x->left, &y->left) &&
	       x->left.off == y->left.off && x->taken.off == y->taken.off &&
	       same_var(&x->taken, &y->taken) &&
	       ((x->left.writes && x->taken.writes) || (y->left.writes && y->taken.writes) ||
		x->left.address);
}

static bool is_swapped(const struct exchange *x, const struct exchange *y)
{
	return x->left.u && x->taken.u && x->left.u == y->taken.u->twin &&
	       x->taken.u->twin == y->left.u && x->left.u != y->left.u;
}

/* Find the first two that fit together, and refuse them. */
static bool check_pairs(struct verdicts *vs, const exchange_vec *list,
			bool (*fit)(const struct exchange *x, const struct exchange *y),
			const char *how)
{
	const struct exchange *x, *y;

	vec_for_each(x, list)
		for (y = x + 1; y < list->v + list->n; y++) {
			if (!fit(x, y) || is_dropped(vs, &x->left) || is_dropped(vs, &y->left))
				continue;
			refuse_exchange(vs, x, y, how);
			return true;
		}
	return false;
}

static void check_exchanged(struct verdicts *vs, const exchange_vec *list)
{
	if (!check_pairs(vs, list, is_swapped, "the other way round: each would use the value of the other variable"))
		check_pairs(vs, list, is_moved, "does so, too: what the running kernel holds there would be lost");
}

/* Where is state kept by functions that changed? */
static void check_moved(struct verdicts *vs, const unit_vec *changed)
{
	place_vec was = {}, is = {};
	exchange_vec list = {};
	u32 i;

	for (i = 0; i < changed->n; i++) {
		was.n = 0;
		is.n = 0;
		find_places(vs->up, changed->v[i], changed->v[i]->twin, &was);
		find_places(vs->up, changed->v[i]->twin, changed->v[i], &is);
		find_exchanges(changed->v[i], &was, &is, &list);
	}
	check_exchanged(vs, &list);
	free(was.v);
	free(is.v);
	free(list.v);
}

static bool is_changed(const struct verdicts *vs, const struct unit *pre)
{
	return pre->is_func && !pre->parent && pre->twin &&
	       class_is_text(pre->sec->cls) && unit_differs(vs, pre->twin) &&
	       !is_left(vs, pre->twin);
}

static void check_changed(struct verdicts *vs, const struct tu *tu)
{
	place_vec was = {}, is = {};
	unit_vec changed = {};
	struct unit **v;

	vec_for_each(v, &tu->pre->units) {
		if (!is_changed(vs, *v))
			continue;
		was.n = 0;
		is.n = 0;
		find_places(vs->up, *v, NULL, &was);
		find_places(vs->up, (*v)->twin, NULL, &is);
		check_split(vs, *v, &was, &is);
		*vec_add(&changed) = *v;
	}
	check_moved(vs, &changed);
	free(was.v);
	free(is.v);
	free(changed.v);
}

/**
 * check_lost_state() - refuse to lose state of the running kernel
 * @vs:	the verdicts
 * @tu:	one file
 */
void check_lost_state(struct verdicts *vs, const struct tu *tu)
{
	bool known = false;
	struct unit **v;

	if (!tu->pre || vs->plan->tus[tu - vs->up->tus.v].left)
		return;
	vec_for_each(v, &tu->pre->units) {
		if (!state_is_open(*v) || state_is_dropped(vs->up, *v) ||
		    has_heir(tu, *v))
			continue;
		if (!known) {
			obj_find_dies(tu->pre);
			obj_find_dies(tu->post);
			known = true;
		}
		if ((*v)->is_lock)
			check_lock_gone(vs, tu, *v);
		else
			check_gone(vs, tu, *v);
	}
	check_changed(vs, tu);
}

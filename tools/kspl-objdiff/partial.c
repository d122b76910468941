// SPDX-License-Identifier: GPL-2.0
/*
 * Judges an update; with --partial, again and again: what was refused is left
 * out, with what belongs to it, until the rest can be taken.
 *
 * A function that is left out stays as it is in the running kernel.  Of the
 * changed functions of its file, those that call it or that it calls stay too,
 * and those that share a new variable with it: a fix is seldom in one function
 * only, and half of one can be worse than none.  Of other files stay those
 * that call it in a new way, and those that need what only it brings.  That two
 * functions belong together without any of this can't be seen in the code.
 *
 * A function that is left out because its new source does not compile was
 * compiled from its old source, over the new headers; so was one that only
 * these changed.  If all it lacks is to call others in their new way, it is
 * carried: replaced by that, so that the others can be taken.  It does what it
 * did and still counts as left out.
 */
#include <string.h>

#include "verdict.h"

#define WAY_WITH	"take it together with what it needs, in an update of its own"

/* What was decided this time, and the plan for the next. */
struct round {
	struct plan *plan;
	const struct verdicts *vs;
};

static struct unit_plan *plan_unit(struct round *rd, const struct unit *u)
{
	return &rd->plan->units[u->id];
}

static struct tu_plan *plan_tu(struct round *rd, const struct unit *u)
{
	return &rd->plan->tus[u->obj->tu];
}

static bool is_left(const struct round *rd, const struct unit *u)
{
	return rd->plan->units[u->id].left;
}

static bool has_old_body(const struct round *rd, const struct unit *u)
{
	return rd->plan->units[u->id].old_body;
}

/* Would it be replaced, or is it the reason for it? */
static bool is_changed(const struct round *rd, const struct unit *u)
{
	return unit_is_replaceable(u) && !u->parent && !is_left(rd, u) &&
	       (unit_differs(rd->vs, u) || unit_replaced(rd->vs, u));
}

static void add_left(struct round *rd, const struct refusal *r,
		     const char *what, bool func)
{
	struct left *l = vec_add(&rd->plan->left);

	l->where = r->obj->label;
	l->what = what;
	l->code = r->code;
	l->reason = r->reason;
	l->wayout = r->wayout;
	l->func = func;
}

static void leave(struct round *rd, struct unit *u, const struct refusal *why)
{
	struct unit_plan *p = plan_unit(rd, u);
	struct refusal r = *why;

	if (p->left)
		return;
	r.obj = u->obj;
	if (!p->old_body && (!class_is_text(u->sec->cls) || is_changed(rd, u)))
		add_left(rd, &r, u->name, class_is_text(u->sec->cls));
	p->left = true;
	p->must_stay = true;
	plan_tu(rd, u)->dirty = true;
}

static void leave_with(struct round *rd, struct unit *u, const char *reason)
{
	struct refusal r = { .code = "needs_refused", .reason = reason,
			     .wayout = WAY_WITH };

	leave(rd, u, &r);
}

/* The replaced function for whose sake a unit is included. */
static struct unit *root_of(const struct round *rd, struct unit *u)
{
	while (u && !unit_replaced(rd->vs, u))
		u = verdict_of(rd->vs, u)->from;
	return u && u->parent ? u->parent : u;
}

/*
 * Data that stays: with it all changed functions that use it, itself or through
 * constants.
 */
static void leave_data(struct round *rd, struct unit *data,
		       const struct refusal *r)
{
	struct unit **v, *u;
	struct tu *tu;

	leave(rd, data, r);
	vec_for_each(tu, &rd->plan->up->tus) {
		if (tu->post->target != data->obj->target)
			continue;
		vec_for_each(v, &tu->post->units) {
			u = *v;
			if (is_left(rd, u) || !unit_differs(rd->vs, u) ||
			    !unit_refers(rd->plan->up, u, data))
				continue;
			if (u->sec->cls == SC_RODATA && u->twin)
				leave_data(rd, u, r);
			else if (u->parent ? is_changed(rd, u->parent) :
					     is_changed(rd, u))
				leave(rd, u->parent ? u->parent : u, r);
		}
	}
}

/* Nothing of an object, nor of what was moved from it to another. */
static void leave_object(struct round *rd, const struct tu *left,
			 const struct refusal *r)
{
	struct unit **u;
	struct tu *tu;

	rd->plan->tus[left - rd->plan->up->tus.v].left = true;
	vec_for_each(tu, &rd->plan->up->tus)
		vec_for_each(u, &tu->post->units)
			if (is_changed(rd, *u) &&
			    (tu == left || (*u)->twin->obj == left->pre))
				leave(rd, *u, r);
}

static bool leave_refused(struct round *rd, const struct refusal *r)
{
	const struct tu *tu = &rd->plan->up->tus.v[r->obj->tu];
	struct unit *u;

	if (!strcmp(r->code, "hook"))
		return false;
	if (r->unit && !class_is_text(r->unit->sec->cls) && r->unit->twin) {
		if (is_left(rd, r->unit))
			return false;
		leave_data(rd, r->unit, r);
		return true;
	}
	u = r->unit ? root_of(rd, r->unit) : NULL;
	if (u) {
		if (is_left(rd, u))
			return false;
		leave(rd, u, r);
		return true;
	}
	if (rd->plan->tus[r->obj->tu].left)
		return false;
	leave_object(rd, tu, r);
	return true;
}

/* What goes with what is left out */

static bool refers(struct round *rd, const struct unit *u,
		   const struct unit *to)
{
	return unit_refers(rd->plan->up, u, to) ||
	       (u->cold && unit_refers(rd->plan->up, u->cold, to)) ||
	       (u->twin && to->twin && unit_refers(rd->plan->up, u->twin, to->twin));
}

/* A new variable that both use, or NULL. */
static const struct unit *shared_variable(struct round *rd,
					  const struct unit *a,
					  const struct unit *b)
{
	struct unit **u;

	vec_for_each(u, &a->obj->units)
		if (!(*u)->twin && (*u)->ident == ID_NAMED &&
		    ((*u)->sec->cls == SC_DATA ||
		     (*u)->sec->cls == SC_PERCPU) &&
		    refers(rd, a, *u) && refers(rd, b, *u))
			return *u;
	return NULL;
}

static const char *goes_with(struct round *rd, const struct unit *u,
			     const struct unit *left)
{
	const struct unit *var;

	/* what has the old source goes with all that stays, but for new parts */
	if (has_old_body(rd, u))
		return !has_old_body(rd, left) && unit_inlines(u, left->name) ?
			xasprintf("it has %s in it, which is left out",
				  left->name) : NULL;
	if (refers(rd, u, left) || unit_inlines(u, left->name))
		return xasprintf("it uses %s, which is left out", left->name);
	if (refers(rd, left, u))
		return xasprintf("%s uses it, which is left out", left->name);
	var = shared_variable(rd, u, left);
	if (var)
		return xasprintf("it shares %s with %s, which is left out",
				 var->name, left->name);
	return NULL;
}

/* Compiled from its old source, all of it that is in this file? */
static bool has_old_source(struct round *rd, const struct unit *u)
{
	const struct tu_plan *tu = plan_tu(rd, u);
	const char **name;

	if (!has_old_body(rd, u) && !tu->new_bodies.n)
		return false;
	vec_for_each(name, &tu->new_bodies)
		if (same_base(u->name, *name) || unit_inlines(u, *name))
			return false;
	return true;
}

/* In its own file; true if there was any. */
static bool leave_connected(struct round *rd, struct tu *tu,
			    const struct unit *left)
{
	const char *why;
	struct unit **u;
	bool any = false;

	vec_for_each(u, &tu->post->units) {
		if (!is_changed(rd, *u))
			continue;
		why = goes_with(rd, *u, left);
		if (!why)
			continue;
		leave_with(rd, *u, why);
		if (!has_old_body(rd, *u) && has_old_source(rd, *u)) {
			plan_unit(rd, *u)->old_body = true;
			plan_unit(rd, *u)->must_stay = false;
		}
		any = true;
	}
	return any;
}

/* Instead of leaving out what it calls in a new way. */
static bool carry(struct round *rd, struct unit *left)
{
	struct unit_plan *p = plan_unit(rd, left);

	if (!p->old_body || p->must_stay || left->calls_changed ||
	    !has_old_source(rd, left))
		return false;
	p->left = false;
	plan_tu(rd, left)->dirty = true;
	return true;
}

/* Who is called in a new way and who calls so: in all files, either way. */
static bool leave_callers(struct round *rd, struct unit *left)
{
	bool any = false;
	struct unit **u;
	struct tu *tu;

	vec_for_each(tu, &rd->plan->up->tus) {
		vec_for_each(u, &tu->post->units) {
			if (!is_changed(rd, *u) ||
			    !((left->calls_changed && refers(rd, *u, left)) ||
			      ((*u)->calls_changed && refers(rd, left, *u))))
				continue;
			if (carry(rd, left))
				return true;
			leave_with(rd, *u,
				   xasprintf("it and %s, which is left out, call one another in a new way",
					     left->name));
			any = true;
		}
	}
	return any;
}

static bool leave_neighbours(struct round *rd)
{
	bool any = false;
	struct unit **u;
	struct tu *tu;

	vec_for_each(tu, &rd->plan->up->tus) {
		vec_for_each(u, &tu->post->units) {
			if (!(is_left(rd, *u) || has_old_body(rd, *u)) ||
			    !class_is_text((*u)->sec->cls))
				continue;
			any |= leave_connected(rd, tu, *u);
			if (is_left(rd, *u))
				any |= leave_callers(rd, *u);
		}
	}
	return any;
}

static bool leave_more(struct round *rd)
{
	struct refusal *r;
	bool any = false;

	vec_for_each(r, &rd->vs->refusals)
		any |= leave_refused(rd, r);
	while (leave_neighbours(rd))
		any = true;
	return any;
}

static void set_dirty(struct plan *plan, bool dirty)
{
	u32 i;

	for (i = 0; i < plan->up->tus.n; i++)
		plan->tus[i].dirty = dirty;
}

/**
 * judge() - decides what goes into an update, and what is refused or left out
 * @plan:	what stays as it is; with --partial, what is refused is added
 *
 * Return: the verdicts.
 */
struct verdicts *judge(struct plan *plan)
{
	struct verdicts *vs;

	set_dirty(plan, true);
	for (;;) {
		vs = verdicts_new(plan);
		decide(vs);
		check_types(vs);
		set_dirty(plan, false);
		if (!plan->up->partial ||
		    !leave_more(&(struct round){ plan, vs }))
			return vs;
		verdicts_free(vs);
	}
}

/* A function that is a part of others now. */
static void leave_inlining(struct round *rd, struct tu *tu, const char *name)
{
	struct unit **u;

	vec_for_each(u, &tu->post->units)
		if (is_changed(rd, *u) && unit_inlines(*u, name))
			leave_with(rd, *u,
				   xasprintf("it has %s in it, which is left out",
					     name));
}

/* All units of a name; false if there is none. */
static bool leave_named(struct round *rd, struct tu *tu, const char *name,
			const struct refusal *r)
{
	struct unit **u, *found = NULL;

	vec_for_each(u, &tu->post->units) {
		if (!(*u)->name[0] || !same_base((*u)->name, name))
			continue;
		found = *u;
		if (!class_is_text(found->sec->cls))
			leave_data(rd, found, r);
		else if (!is_left(rd, found))
			add_left(rd, r, name, true);
		plan_unit(rd, found)->left = true;
		plan_unit(rd, found)->old_body = class_is_text(found->sec->cls);
	}
	return found;
}

/**
 * leave_out() - what was not changed although the source has it new
 * @plan:	the plan
 * @label:	the translation unit
 * @name:	the function or variable
 * @reason:	why
 */
void leave_out(struct plan *plan, const char *label, const char *name,
	       const char *reason)
{
	struct refusal r = { .code = "needs_new_types", .reason = reason,
			     .wayout = "write it over the old types" };
	struct verdicts *none = verdicts_new(plan);
	struct round rd = { plan, none };
	struct tu *tu;

	vec_for_each(tu, &plan->up->tus) {
		if (strcmp(tu->label, label))
			continue;
		r.obj = tu->post;
		if (leave_named(&rd, tu, name, &r))
			continue;
		add_left(&rd, &r, name, false);
		leave_inlining(&rd, tu, name);
	}
	verdicts_free(none);
}

/**
 * new_body() - what was compiled from its new source
 * @plan:	the plan, and all of leave_out() said
 * @label:	the translation unit
 * @name:	the function
 *
 * A function that has it in itself is no longer what it was; all others are.
 */
void new_body(struct plan *plan, const char *label, const char *name)
{
	const struct tu *tu;

	vec_for_each(tu, &plan->up->tus)
		if (!strcmp(tu->label, label))
			*vec_add(&plan->tus[tu - plan->up->tus.v].new_bodies) = name;
}

/**
 * plan_init() - a plan that leaves nothing
 * @plan:	the plan
 * @up:		the update, with all its files
 */
void plan_init(struct plan *plan, const struct update *up)
{
	*plan = (struct plan){ .up = up };
	plan->units = xzalloc(up->nunits * sizeof(*plan->units));
	plan->tus = xzalloc(up->tus.n * sizeof(*plan->tus));
}

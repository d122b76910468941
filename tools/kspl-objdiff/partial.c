// SPDX-License-Identifier: GPL-2.0
/*
 * Judges an update. With --partial, this is repeated: what is refused is left out,
 * together with what belongs to it, until the rest is accepted.
 *
 * A function that is left out stays as it is in the running kernel. Of the changed
 * functions in its file, those that call it or that it calls stay, too, and those that
 * share a new variable with it: a fix is seldom in one function only, and half a fix
 * can be worse than none. Of other files, those stay that call it in a new way, and
 * those that need what only it includes. If two functions belong together for another
 * reason, the code does not show it.
 *
 * A function whose new source does not compile is left out: it was compiled from its
 * old source, with the new headers. The same goes for one that only the headers
 * changed. If such a function only has to call others in their new way, it is carried:
 * the update replaces it by that, so that it can include the others. It does what it
 * did before, and still counts as left out.
 */
#include <string.h>

#include "verdict.h"

#define WAY_WITH	"put it into another update, together with what it needs"

/* What this round decided, and the plan for the next. */
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

/* Does the function differ, or would the update replace it? */
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

/* Find the replaced function, or the constant that changes in place, that a unit is for. */
static struct unit *root_of(const struct round *rd, struct unit *u)
{
	while (u && !unit_replaced(rd->vs, u) && !unit_in_place(rd->vs, u))
		u = verdict_of(rd->vs, u)->from;
	return u && u->parent ? u->parent : u;
}

/* Leave out data, with all changed functions that use it, directly or through constants. */
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

/* Leave out all of an object, and what was moved from it to others. */
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
		if (unit_in_place(rd->vs, u))
			leave_data(rd, u, r);
		else
			leave(rd, u, r);
		return true;
	}
	if (rd->plan->tus[r->obj->tu].left)
		return false;
	leave_object(rd, tu, r);
	return true;
}

/* What is left out together with a function */

static bool refers(struct round *rd, const struct unit *u,
		   const struct unit *to)
{
	return unit_refers(rd->plan->up, u, to) ||
	       (u->cold && unit_refers(rd->plan->up, u->cold, to)) ||
	       (u->twin && to->twin && unit_refers(rd->plan->up, u->twin, to->twin));
}

/* Return: a new variable that both use, or NULL. */
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

	/* code of the old source fits what stays, unless new code is inlined into it */
	if (has_old_body(rd, u))
		return !has_old_body(rd, left) && unit_inlines(u, left->name) ?
			xasprintf("%s, which is left out, is inlined into it",
				  left->name) : NULL;
	if (refers(rd, u, left) || unit_inlines(u, left->name))
		return xasprintf("it uses %s, which is left out", left->name);
	if (refers(rd, left, u))
		return xasprintf("%s, which is left out, uses it", left->name);
	var = shared_variable(rd, u, left);
	if (var)
		return xasprintf("it shares %s with %s, which is left out",
				 var->name, left->name);
	return NULL;
}

/* Was all of its code in this file compiled from the old source? */
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

/* Leave out what is connected in its own file. Returns true if there was any. */
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

/* Carry the function, instead of leaving out what it calls in a new way. */
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

/* Leave out functions that are called in a new way, with their callers, in all files. */
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
				   xasprintf("it calls %s, which is left out, or is called by it, with a new type",
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
 * judge() - decide what goes into an update, and what is refused or left out
 * @plan:	what stays as it is; with --partial, refused functions are added
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
		check_cookies(vs);
		set_dirty(plan, false);
		if (!plan->up->partial ||
		    !leave_more(&(struct round){ plan, vs }))
			return vs;
		verdicts_free(vs);
	}
}

/* Leave out the functions that a function is now inlined into. */
static void leave_inlining(struct round *rd, struct tu *tu, const char *name)
{
	struct unit **u;

	vec_for_each(u, &tu->post->units)
		if (is_changed(rd, *u) && unit_inlines(*u, name))
			leave_with(rd, *u,
				   xasprintf("%s, which is left out, is inlined into it",
					     name));
}

/* Leave out all units of a name. Returns false if there is none. */
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
 * leave_out() - leave out a function or variable whose new source was not compiled
 * @plan:	the plan
 * @label:	the translation unit
 * @name:	the function or variable
 * @reason:	why
 */
void leave_out(struct plan *plan, const char *label, const char *name,
	       const char *reason)
{
	struct refusal r = { .code = "needs_new_types", .reason = reason,
			     .wayout = "write it for the old types" };
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
 * new_body() - record a function that was compiled from its new source
 * @plan:	the plan, after all calls of leave_out()
 * @label:	the translation unit
 * @name:	the function
 *
 * A function with this one inlined has new code; all others have their old code.
 */
void new_body(struct plan *plan, const char *label, const char *name)
{
	const struct tu *tu;

	vec_for_each(tu, &plan->up->tus)
		if (!strcmp(tu->label, label))
			*vec_add(&plan->tus[tu - plan->up->tus.v].new_bodies) = name;
}

/**
 * plan_init() - start a plan that leaves out nothing
 * @plan:	the plan
 * @up:		the update, with all its files
 */
void plan_init(struct plan *plan, const struct update *up)
{
	*plan = (struct plan){ .up = up };
	plan->units = xzalloc(up->nunits * sizeof(*plan->units));
	plan->tus = xzalloc(up->tus.n * sizeof(*plan->tus));
}

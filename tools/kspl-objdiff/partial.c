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

#include "objdiff.h"

#define WAY_WITH	"take it together with what it needs, in an update of its own"

/* What a unit was before anything was decided. */
struct before {
	struct unit *unit;
	const char *cause;
	u8 status;
};

struct round {
	VEC(struct before) before;
	u32 refusals, notes;
};

static void remember(struct update *up, struct round *round)
{
	struct before *b;
	struct unit **u;
	struct tu *tu;

	round->refusals = up->refusals.n;
	round->notes = up->notes.n;
	vec_for_each(tu, &up->tus) {
		tu->dirty = true;
		if (!up->partial)
			continue;
		vec_for_each(u, &tu->post->units) {
			b = vec_add(&round->before);
			b->unit = *u;
			b->cause = (*u)->cause;
			b->status = (*u)->status;
		}
	}
}

static void start_again(struct update *up, struct round *round)
{
	struct before *b;

	vec_for_each(b, &round->before) {
		b->unit->status = b->status;
		b->unit->cause = b->cause;
		b->unit->include = false;
		b->unit->replaced = false;
		b->unit->why = NULL;
		b->unit->from = NULL;
	}
	up->refusals.n = round->refusals;
	up->notes.n = round->notes;
	up->hooks.n = 0;
	up->nreplaced = 0;
	up->nnew = 0;
	up->ninit = 0;
	up->ninitcall = 0;
}

/* Would it be replaced, or is it the reason for it? */
static bool is_changed(const struct unit *u)
{
	return unit_is_replaceable(u) && !u->parent && !u->left &&
	       (u->status != ST_SAME || u->replaced);
}

static void add_left(struct update *up, const struct refusal *r,
		     const char *what, bool func)
{
	struct left *l = vec_add(&up->left);

	l->where = r->obj->label;
	l->what = what;
	l->code = r->code;
	l->reason = r->reason;
	l->wayout = r->wayout;
	l->func = func;
}

static void leave(struct update *up, struct unit *u, const struct refusal *why)
{
	struct refusal r = *why;

	if (u->left)
		return;
	r.obj = u->obj;
	if (!u->old_body && (!class_is_text(u->sec->cls) || is_changed(u)))
		add_left(up, &r, u->name, class_is_text(u->sec->cls));
	u->left = true;
	u->must_stay = true;
	up->tus.v[u->obj->tu].dirty = true;
}

static void leave_with(struct update *up, struct unit *u, const char *reason)
{
	struct refusal r = { .code = "needs_refused", .reason = reason,
			     .wayout = WAY_WITH };

	leave(up, u, &r);
}

/* The replaced function for whose sake a unit is included. */
static struct unit *root_of(struct unit *u)
{
	while (u && !u->replaced)
		u = u->from;
	return u && u->parent ? u->parent : u;
}

/*
 * Data that stays: with it all changed functions that use it, itself or through
 * constants.
 */
static void leave_data(struct update *up, struct unit *data,
		       const struct refusal *r)
{
	struct unit **v, *u;
	struct tu *tu;

	leave(up, data, r);
	vec_for_each(tu, &up->tus) {
		if (tu->post->target != data->obj->target)
			continue;
		vec_for_each(v, &tu->post->units) {
			u = *v;
			if (u->left || u->status == ST_SAME ||
			    !unit_refers(up, u, data))
				continue;
			if (u->sec->cls == SC_RODATA && u->twin)
				leave_data(up, u, r);
			else if (u->parent ? is_changed(u->parent) :
					     is_changed(u))
				leave(up, u->parent ? u->parent : u, r);
		}
	}
}

/* Nothing of an object, nor of what was moved from it to another. */
static void leave_object(struct update *up, struct tu *left,
			 const struct refusal *r)
{
	struct unit **u;
	struct tu *tu;

	left->left = true;
	vec_for_each(tu, &up->tus)
		vec_for_each(u, &tu->post->units)
			if (is_changed(*u) &&
			    (tu == left || (*u)->twin->obj == left->pre))
				leave(up, *u, r);
}

static bool leave_refused(struct update *up, const struct refusal *r)
{
	struct tu *tu = &up->tus.v[r->obj->tu];
	struct unit *u;

	if (!strcmp(r->code, "hook"))
		return false;
	if (r->unit && !class_is_text(r->unit->sec->cls) && r->unit->twin) {
		if (r->unit->left)
			return false;
		leave_data(up, r->unit, r);
		return true;
	}
	u = r->unit ? root_of(r->unit) : NULL;
	if (u) {
		if (u->left)
			return false;
		leave(up, u, r);
		return true;
	}
	if (tu->left)
		return false;
	leave_object(up, tu, r);
	return true;
}

/* What goes with what is left out */

static bool refers(struct update *up, const struct unit *u,
		   const struct unit *to)
{
	return unit_refers(up, u, to) ||
	       (u->cold && unit_refers(up, u->cold, to)) ||
	       (u->twin && to->twin && unit_refers(up, u->twin, to->twin));
}

/* A new variable that both use, or NULL. */
static const struct unit *shared_variable(struct update *up,
					  const struct unit *a,
					  const struct unit *b)
{
	struct unit **u;

	vec_for_each(u, &a->obj->units)
		if (!(*u)->twin && (*u)->ident == ID_NAMED &&
		    ((*u)->sec->cls == SC_DATA ||
		     (*u)->sec->cls == SC_PERCPU) &&
		    refers(up, a, *u) && refers(up, b, *u))
			return *u;
	return NULL;
}

static const char *goes_with(struct update *up, const struct unit *u,
			     const struct unit *left)
{
	const struct unit *var;

	/* what has the old source goes with all that stays, but for new parts */
	if (u->old_body)
		return !left->old_body && unit_inlines(u, left->name) ?
			xasprintf("it has %s in it, which is left out",
				  left->name) : NULL;
	if (refers(up, u, left) || unit_inlines(u, left->name))
		return xasprintf("it uses %s, which is left out", left->name);
	if (refers(up, left, u))
		return xasprintf("%s uses it, which is left out", left->name);
	var = shared_variable(up, u, left);
	if (var)
		return xasprintf("it shares %s with %s, which is left out",
				 var->name, left->name);
	return NULL;
}

/* Compiled from its old source, all of it that is in this file? */
static bool has_old_source(struct update *up, const struct unit *u)
{
	const struct tu *tu = &up->tus.v[u->obj->tu];
	const char **name;

	if (!u->old_body && !tu->new_bodies.n)
		return false;
	vec_for_each(name, &tu->new_bodies)
		if (same_base(u->name, *name) || unit_inlines(u, *name))
			return false;
	return true;
}

/* In its own file; true if there was any. */
static bool leave_connected(struct update *up, struct tu *tu,
			    const struct unit *left)
{
	const char *why;
	struct unit **u;
	bool any = false;

	vec_for_each(u, &tu->post->units) {
		if (!is_changed(*u))
			continue;
		why = goes_with(up, *u, left);
		if (!why)
			continue;
		leave_with(up, *u, why);
		if (!(*u)->old_body && has_old_source(up, *u)) {
			(*u)->old_body = true;
			(*u)->must_stay = false;
		}
		any = true;
	}
	return any;
}

/* Instead of leaving out what it calls in a new way. */
static bool carry(struct update *up, struct unit *left)
{
	if (!left->old_body || left->must_stay || left->calls_changed ||
	    !has_old_source(up, left))
		return false;
	left->left = false;
	up->tus.v[left->obj->tu].dirty = true;
	return true;
}

/* Who is called in a new way and who calls so: in all files, either way. */
static bool leave_callers(struct update *up, struct unit *left)
{
	bool any = false;
	struct unit **u;
	struct tu *tu;

	vec_for_each(tu, &up->tus) {
		vec_for_each(u, &tu->post->units) {
			if (!is_changed(*u) ||
			    !((left->calls_changed && refers(up, *u, left)) ||
			      ((*u)->calls_changed && refers(up, left, *u))))
				continue;
			if (carry(up, left))
				return true;
			leave_with(up, *u,
				   xasprintf("it and %s, which is left out, call one another in a new way",
					     left->name));
			any = true;
		}
	}
	return any;
}

static bool leave_neighbours(struct update *up)
{
	bool any = false;
	struct unit **u;
	struct tu *tu;

	vec_for_each(tu, &up->tus) {
		vec_for_each(u, &tu->post->units) {
			if (!((*u)->left || (*u)->old_body) ||
			    !class_is_text((*u)->sec->cls))
				continue;
			any |= leave_connected(up, tu, *u);
			if ((*u)->left)
				any |= leave_callers(up, *u);
		}
	}
	return any;
}

static bool leave_more(struct update *up, const struct round *round)
{
	struct refusal *r;
	bool any = false;

	vec_for_each(r, &up->refusals)
		any |= r >= up->refusals.v + round->refusals &&
		       leave_refused(up, r);
	while (leave_neighbours(up))
		any = true;
	return any;
}

static void clean(struct update *up)
{
	struct tu *tu;

	vec_for_each(tu, &up->tus)
		tu->dirty = false;
}

/**
 * judge - decides what goes into an update, and what is refused or left out
 * @up:		the update, compared
 */
void judge(struct update *up)
{
	struct round round = {};

	remember(up, &round);
	for (;;) {
		decide(up);
		check_types(up);
		clean(up);
		if (!up->partial || !leave_more(up, &round))
			return;
		start_again(up, &round);
	}
}

/* A function that is a part of others now. */
static void leave_inlining(struct update *up, struct tu *tu, const char *name)
{
	struct unit **u;

	vec_for_each(u, &tu->post->units)
		if (is_changed(*u) && unit_inlines(*u, name))
			leave_with(up, *u,
				   xasprintf("it has %s in it, which is left out",
					     name));
}

/**
 * leave_out - what was not changed although the source has it new
 * @up:		the update, compared
 * @label:	the translation unit
 * @name:	the function or variable
 * @reason:	why
 */
void leave_out(struct update *up, const char *label, const char *name,
	       const char *reason)
{
	struct refusal r = { .code = "needs_new_types", .reason = reason,
			     .wayout = "write it over the old types" };
	struct unit **u, *found = NULL;
	struct tu *tu;

	vec_for_each(tu, &up->tus) {
		if (strcmp(tu->label, label))
			continue;
		r.obj = tu->post;
		vec_for_each(u, &tu->post->units) {
			if (!(*u)->name[0] || !same_base((*u)->name, name))
				continue;
			found = *u;
			if (!class_is_text(found->sec->cls))
				leave_data(up, found, &r);
			else if (!found->left)
				add_left(up, &r, name, true);
			found->left = true;
			found->old_body = class_is_text(found->sec->cls);
		}
		if (found)
			continue;
		add_left(up, &r, name, false);
		leave_inlining(up, tu, name);
	}
}

/**
 * new_body - what was compiled from its new source
 * @up:		the update, compared, and all of leave_out() said
 * @label:	the translation unit
 * @name:	the function
 *
 * A function that has it in itself is no longer what it was; all others are.
 */
void new_body(struct update *up, const char *label, const char *name)
{
	struct tu *tu;

	vec_for_each(tu, &up->tus)
		if (!strcmp(tu->label, label))
			*vec_add(&tu->new_bodies) = name;
}

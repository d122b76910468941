// SPDX-License-Identifier: GPL-2.0
/*
 * Addresses as marks.
 *
 * A function marks objects with the address of another constant or function than before (a
 * table of operations, say, or a callback), and another function now looks for that one. It
 * does not know the objects that the running kernel has marked with the old address.
 */

#include "escape.h"
#include "verdict.h"

static bool compares_address(const struct verdicts *vs, const struct unit *func,
			     const struct unit *what)
{
	struct escape esc;

	if (!func || !what || !unit_refers(vs->up, func, what))
		return false;
	unit_lets_out(vs->up, func, what, false, &esc);
	return esc.compared;
}

/* Find new code that compares the address of @what, where old code did not. */
static const struct unit *compares_now(const struct verdicts *vs, const struct unit *what)
{
	struct unit **u;

	vec_for_each(u, &what->obj->units)
		if ((*u)->is_func && unit_included(vs, *u) &&
		    compares_address(vs, *u, what) &&
		    !compares_address(vs, (*u)->twin, what->twin))
			return *u;
	return NULL;
}

/* A constant, or a function that objects hold; lost.c looks at variables. */
static bool is_mark(const struct unit *u)
{
	return u->size && (u->sec->cls == SC_RODATA || (u->is_func && u->sec->cls == SC_TEXT));
}

/* Does a function let out the address of something that its twin does not refer to? */
static bool marks_with(const struct verdicts *vs, const struct unit *func,
		       const struct unit *what, const struct unit *twin)
{
	struct escape esc;

	if (!is_mark(what) || (what->twin && unit_refers(vs->up, twin, what->twin)))
		return false;
	return unit_lets_out(vs->up, func, what, false, &esc);
}

/* Find what the old function marked objects with, and what it still is to others. */
static const struct unit *was_mark(const struct verdicts *vs, const struct unit *func,
				   const struct unit *what)
{
	const struct unit *to;
	const struct ref *r;

	vec_for_each(r, &func->twin->refs) {
		to = resolve_ref(vs->up, func->twin->obj, r);
		if (to && to->twin && !r->branch && to->sec->cls == what->sec->cls &&
		    (to->is_func ? what->is_func : to->size == what->size) && marks_with(vs, func->twin, to, func))
			return to;
	}
	return NULL;
}

static void check_marks_of(struct verdicts *vs, const struct unit *func)
{
	const struct unit *to, *was, *by;
	const struct ref *r;

	vec_for_each(r, &func->refs) {
		to = r->branch ? NULL : resolve_ref(vs->up, func->obj, r);
		if (!to || !marks_with(vs, func, to, func->twin))
			continue;
		was = was_mark(vs, func, to);
		by = was ? compares_now(vs, to) : NULL;
		if (by)
			refuse(vs, "const_escapes", func->obj, func, unit_label(was),
			       "let the code go on to know it",
			       "%s let its address out, and now lets out that of %s, which %s compares now: who holds the old one would not be known by it",
			       unit_label(func), unit_label(to), unit_label(by));
	}
}

/**
 * check_marks() - refuse another mark that the kernel's objects do not have
 * @vs:	the verdicts, with all that is included
 * @tu:	one file
 */
void check_marks(struct verdicts *vs, const struct tu *tu)
{
	struct unit **u;

	vec_for_each(u, &tu->post->units)
		if (tu->pre && (*u)->is_func && (*u)->twin && unit_included(vs, *u))
			check_marks_of(vs, *u);
}

// SPDX-License-Identifier: GPL-2.0
/*
 * What is decided about an update.
 *
 * How units pair and compare are facts. What is decided is separate: with --partial, it
 * is decided several times.
 */
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "boot.h"
#include "verdict.h"

/**
 * verdicts_new() - start with nothing decided
 * @plan:	what stays as it is
 */
struct verdicts *verdicts_new(const struct plan *plan)
{
	struct verdicts *vs = xzalloc(sizeof(*vs));

	vs->up = plan->up;
	vs->plan = plan;
	vs->units = xzalloc(plan->up->nunits * sizeof(*vs->units));
	vs->ninit = xzalloc(plan->up->tus.n * sizeof(*vs->ninit));
	return vs;
}

void verdicts_free(struct verdicts *vs)
{
	if (vs->boot)
		boot_free(vs->up, vs->boot);
	free(vs->units);
	free(vs->ninit);
	free(vs->todo.v);
	free(vs->refusals.v);
	free(vs->notes.v);
	free(vs->hooks.v);
	free(vs);
}

struct verdict *verdict_of(const struct verdicts *vs, const struct unit *u)
{
	return &vs->units[u->id];
}

const struct unit_plan *plan_of(const struct plan *plan, const struct unit *u)
{
	return &plan->units[u->id];
}

bool unit_included(const struct verdicts *vs, const struct unit *u)
{
	return vs->units[u->id].include;
}

bool unit_replaced(const struct verdicts *vs, const struct unit *u)
{
	return vs->units[u->id].replaced;
}

/* Does it change where it is in the kernel? */
bool unit_in_place(const struct verdicts *vs, const struct unit *u)
{
	return vs->units[u->id].in_place;
}

/* Is it new or changed, or does it use something that gets a new copy? */
bool unit_differs(const struct verdicts *vs, const struct unit *u)
{
	return u->status != ST_SAME || vs->units[u->id].follows;
}

/* Describe why it differs; NULL if it does not. */
const char *unit_cause(const struct verdicts *vs, const struct unit *u)
{
	const char *cause = vs->units[u->id].cause;

	return cause ? cause : u->cause;
}

static char *format(const char *fmt, va_list ap)
{
	char *s;

	if (vasprintf(&s, fmt, ap) < 0)
		die("out of memory");
	return s;
}

/**
 * refuse() - record that something can't be done safely
 * @vs:		the verdicts
 * @code:	the kind of reason, one word
 * @obj:	the translation unit
 * @unit:	the unit of @obj, or the one that needs it; NULL if not known
 * @what:	function, variable or section
 * @wayout:	what the author of the patch can do
 * @fmt:	the reason
 */
void refuse(struct verdicts *vs, const char *code, const struct obj *obj,
	    const struct unit *unit, const char *what, const char *wayout,
	    const char *fmt, ...)
{
	struct refusal *r, new = { .code = code, .what = what, .obj = obj,
				   .unit = (struct unit *)unit,
				   .where = obj->label, .wayout = wayout };
	va_list ap;

	va_start(ap, fmt);
	new.reason = format(fmt, ap);
	va_end(ap);
	vec_for_each(r, &vs->refusals)
		if (!strcmp(r->code, code) && !strcmp(r->what, what) &&
		    !strcmp(r->reason, new.reason) && r->where == new.where)
			return;
	*vec_add(&vs->refusals) = new;
}

void note(struct verdicts *vs, const struct obj *obj, bool warning,
	  const char *fmt, ...)
{
	struct note new = { .where = obj->label, .warning = warning }, *n;
	va_list ap;

	va_start(ap, fmt);
	new.text = format(fmt, ap);
	va_end(ap);
	vec_for_each(n, &vs->notes)
		if (n->where == new.where && !strcmp(n->text, new.text))
			return;
	*vec_add(&vs->notes) = new;
}

/* The exit code. */
int verdicts_status(const struct verdicts *vs)
{
	if (vs->refusals.n)
		return EXIT_REFUSED;
	return vs->nreplaced || vs->nin_place || vs->hooks.n ? EXIT_OK : EXIT_NOTHING;
}

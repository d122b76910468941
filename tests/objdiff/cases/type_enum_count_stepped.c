// SPDX-License-Identifier: GPL-2.0
// A value that counts the others, and is reached by steps, or asked for in what lives on.
// cflags: -g -gdwarf-4
// refuse: enum_changed:enum?asked enum_changed:enum?step enum_changed:enum?stepped
#include "kernel.h"
#ifdef POST
#define NEW(x) x,
#else
#define NEW(x)
#endif
enum step { STEP_A, STEP_B, NEW(STEP_C) STEP_MAX };
enum stepped { IN_A = 20, IN_B, NEW(IN_C) IN_MAX };
enum asked { ASKED_A = 40, ASKED_B, NEW(ASKED_C) ASKED_MAX };
struct obj { int step, pad, state; };
int steps(struct obj *o)
{
	if (o->step < STEP_MAX)
		o->step++;
	return ext(1);
}
int steps_late(struct obj *o)
{
	int now = o->state;

	if (now >= IN_MAX)
		return ext(2);
	now++;
	o->state = now;
	return ext2(now);
}
/* another file stores it */
int asks(struct obj *o) { return o->state == ASKED_MAX ? ext(1) : 0; }

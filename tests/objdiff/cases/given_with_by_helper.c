// SPDX-License-Identifier: GPL-2.0
// What goes along with a callback comes from a caller of the function that sets it up,
// which does not change. One caller gives another place of the object, one does not.
// refuse: call_changed:expires
// cflags: -g
#include "kernel.h"
struct timer { void (*fn)(struct timer *t); long when; };
struct object { int n, v, w; struct timer a, b, c; };
#define object_of(t, m) ((struct object *)((char *)(t) - __builtin_offsetof(struct object, m)))
extern void arm(struct timer *t);
static void expires(struct timer *t) { ext(PREPOST(object_of(t, a)->v, object_of(t, b)->v)); }
static void wakes(struct timer *t) { ext2(PREPOST(object_of(t, c)->v, object_of(t, c)->w)); }
static noinline void set_up(struct timer *t, long when)
{
	t->fn = expires;
	t->when = when;
	arm(t);
}
static noinline void set_up_wake(struct timer *t, long when)
{
	t->fn = wakes;
	t->when = when;
	arm(t);
}
static noinline void starts_later(struct timer *t, int n) { set_up(t, n * 2); }
void starts(struct object *o) { starts_later(PREPOST(&o->a, &o->b), 5); }
void starts_wake(struct object *o) { set_up_wake(&o->c, PREPOST(6, 7)); }

// SPDX-License-Identifier: GPL-2.0
// One of two gives it away no more, and nothing else instead: it is what the other has
// called, and changed as that wants it.
// replace: expire resume
#include "kernel.h"
struct timer { void (*fn)(struct timer *); int n; };
extern void arm(struct timer *t);
static void expire(struct timer *t) { ext(t->n - PREPOST(1, 2)); }
void start(struct timer *t) { t->fn = expire; arm(t); }
void resume(struct timer *t)
{
#ifndef POST
	t->fn = expire;
#endif
	arm(t);
}

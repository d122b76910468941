// SPDX-License-Identifier: GPL-2.0
// It is called once, and gives away its own address from then on.
// refuse: function_gone:poll
#include "kernel.h"
struct timer { void (*fn)(struct timer *); int n; };
extern void arm(struct timer *t);
static noinline void PREPOST(poll, poll_less)(struct timer *t)
{
	t->n++;
	t->fn = PREPOST(poll, poll_less);
	arm(t);
	ext(t->n + PREPOST(0, 1));
}
int start(struct timer *t) { PREPOST(poll, poll_less)(t); return ext2(t->n); }

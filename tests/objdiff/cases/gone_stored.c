// SPDX-License-Identifier: GPL-2.0
// A callback that is gone with the timer that had it: stop() stops that no more.
// refuse: function_gone:tick
#include "kernel.h"
struct timer { void (*fn)(struct timer *); u64 when; };
struct port { struct timer timer; int seen; };
extern void arm(struct timer *t, u64 when), disarm(struct timer *t), drop(void *p);
#ifndef POST
static void tick(struct timer *t) { ((struct port *)t)->seen++; }
#endif
int start(struct port *p)
{
#ifndef POST
	p->timer.fn = tick;
	arm(&p->timer, 5);
#endif
	return ext(p->seen);
}
void stop(struct port *p)
{
#ifndef POST
	disarm(&p->timer);
#endif
	drop(p);
}

// SPDX-License-Identifier: GPL-2.0
// A callback gets something else along with it, and expects that: another part of the
// object, a pointer to the pointer, a number, another place where it is stored. What was
// set up before goes on to give it the old thing.
// refuse: call_changed:by_number call_changed:by_part call_changed:by_pointer
// refuse: call_changed:by_variable call_changed:runs
// cflags: -g
#include "kernel.h"
extern int request(int irq, int (*fn)(int, void *), void *cookie);
struct work { void (*fn)(struct work *w); };
extern void queue(struct work *w);
struct dev { int x[4]; struct dev *self; struct work a, b; };

static int by_part(int irq, void *cookie) { return ext(((int *)cookie)[PREPOST(0, -1)]); }
int part(struct dev *d) { return request(1, by_part, &d->x[PREPOST(0, 1)]) + 1; }

static int by_pointer(int irq, void *cookie)
{
	struct dev *d = PREPOST(cookie, *(struct dev **)cookie);

	return ext(d->x[1]);
}
int pointer(struct dev *d) { return request(2, by_pointer, PREPOST((void *)d, (void *)&d->self)) + 2; }

static int by_number(int irq, void *cookie)
{
	return ext(PREPOST(((struct dev *)cookie)->x[2], (int)(u64)cookie));
}
int number(struct dev *d) { return request(3, by_number, PREPOST((void *)d, (void *)(u64)d->x[2])) + 3; }

static int state[4], others[4];
static int by_variable(int irq, void *cookie) { return ext(((int *)cookie)[PREPOST(0, 1)]); }
int variable(int x) { return request(x, by_variable, PREPOST(state, others)) + 4; }
int all(int x) { return state[x & 3]++ + others[x & 3]++; }

static void runs(struct work *w)
{
	ext(((struct dev *)((char *)w - __builtin_offsetof(struct dev, PREPOST(a, b))))->x[3]);
}
void start(struct dev *d)
{
	d->PREPOST(a, b).fn = runs;
	queue(&d->PREPOST(a, b));
}

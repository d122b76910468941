// SPDX-License-Identifier: GPL-2.0
// Boot code takes a lock now, around what it did before.
// replace: f
#include "kernel.h"
struct mutex { long owner; int wait; };
extern void mutex_lock(struct mutex *m), mutex_unlock(struct mutex *m);
extern long take(long), put(long);
static struct mutex lock = { 0, 1 };
static long state[4], other;
static int __init setup(void)
{
	long i;

	PREPOST(, mutex_lock(&lock));
	state[0] = take(3);
	put(5);
	PREPOST(, mutex_unlock(&lock));
	for (i = 0; i < other; i++)
		put(i);
	return 0;
}
int (*__initcall_setup)(void) __used __section(".initcall6.init") = setup;
int f(int x) { mutex_lock(&lock); other = state[x & 3] + PREPOST(1, 2); mutex_unlock(&lock); return 0; }

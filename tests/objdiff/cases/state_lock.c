// SPDX-License-Identifier: GPL-2.0
// A lock under another name is the same lock.
// cflags: -g -gdwarf-4
// replace: f
#include "kernel.h"
struct lock { int v; };
static struct lock PREPOST(a_lock, b_lock) = { 1 };
extern void lk(struct lock *), ulk(struct lock *);
int f(int x)
{
	lk(&PREPOST(a_lock, b_lock));
	x = ext(x);
	ulk(&PREPOST(a_lock, b_lock));
	return x + PREPOST(0, 1);
}
int g(int x)
{
	lk(&PREPOST(a_lock, b_lock));
	x = ext2(x);
	ulk(&PREPOST(a_lock, b_lock));
	return x;
}

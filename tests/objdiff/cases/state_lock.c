// SPDX-License-Identifier: GPL-2.0
// A lock under another name is the same lock.
// cflags: -g -gdwarf-4
// replace: other
#include "kernel.h"
struct lock { int v; };
static struct lock PREPOST(a_lock, b_lock) = { 1 };
extern void lk(struct lock *), ulk(struct lock *);
int f(int x)
{
	lk(&PREPOST(a_lock, b_lock));
	x = ext(x);
	ulk(&PREPOST(a_lock, b_lock));
	return x;
}
int g(int x)
{
	lk(&PREPOST(a_lock, b_lock));
	x = ext2(x);
	ulk(&PREPOST(a_lock, b_lock));
	return x;
}
int other(int x) { return ext(PREPOST(1, 2)); }

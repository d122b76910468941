// SPDX-License-Identifier: GPL-2.0
// State moves to a helper that was there already, over others; somebody keeps the old one.
// cflags: -g -gdwarf-4
// refuse: state_renamed:count
#include "kernel.h"
static int total;
#ifdef POST
static long count;
#endif
noinline int add_old(int x) { return total += x; }
noinline int deep(int x)
{
#ifdef POST
	return count += x;
#else
	return ext2(x);
#endif
}
static noinline int mid(int x) { return deep(x) + 1; }
static noinline int mid_old(int x) { return add_old(x) + 1; }
int user(int x) { return ext(x) + PREPOST(mid_old, mid)(x); }
int other(int x) { return mid_old(x + 1) + mid(2); }

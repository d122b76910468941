// SPDX-License-Identifier: GPL-2.0
// From one helper of a function into another of them.
// cflags: -g -gdwarf-4
// refuse: state_renamed:seen
#include "kernel.h"
#ifdef POST
static u64 seen;
#else
static int last;
#endif
static noinline int first(int x)
{
#ifndef POST
	if (last++ > 3)
		return 1;
#endif
	return ext(x);
}
static noinline int second(int x)
{
#ifdef POST
	if (seen++ > 3)
		return 1;
#endif
	return ext2(x);
}
int both(int x) { return first(x) + second(x); }

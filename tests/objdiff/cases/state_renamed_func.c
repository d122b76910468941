// SPDX-License-Identifier: GPL-2.0
// A function is renamed, with a static local in it.
// cflags: -g -gdwarf-4
// replace: count_it
// new: __count_it
#include "kernel.h"
static noinline int PREPOST(count_it, __count_it)(int x)
{
	static int count = 10;

	return ext(count++ + x);
}
#ifdef POST
static noinline int count_it(int x) { return x < 0 ? -1 : __count_it(x); }
#endif
int user(int x) { return count_it(x) + 1; }

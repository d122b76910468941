// SPDX-License-Identifier: GPL-2.0
// The author says that it does not matter.
// options: --boot-done setup --boot-done reserve
// replace: fill
#include "kernel.h"
extern void *make_cache(const char *name, int size, int flags);
extern int copy(void *to, u64 n);
static void *cache;
static int __init reserve(void) { return ext(PREPOST(4, 8)); }
static int __init __used setup(void)
{
	cache = make_cache("x", 192, reserve() + PREPOST(1, 2));
	return 0;
}
int fill(void) { return copy(cache, PREPOST(96, 192)); }

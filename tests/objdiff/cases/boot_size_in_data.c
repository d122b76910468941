// SPDX-License-Identifier: GPL-2.0
// Boot data changed, and a function of boot code sets another for one that is as it was.
// refuse: boot_changed:sizes
#include "kernel.h"
extern void *make_cache(const char *name, int size);
extern int copy(void *to, u64 n);
static void *cache;
static int __initdata sizes[2] = { 16, PREPOST(96, 192) };
static int __initdata size;
static void __init choose(int n) { size = sizes[n]; }
static int __init __used setup(int n)
{
	choose(n);
	cache = make_cache("x", size);
	return 0;
}
int fill(void) { return copy(cache, PREPOST(96, 192)); }

// SPDX-License-Identifier: GPL-2.0
// The objects of the kernel's cache are smaller. Who gets one and who fills it are two.
// refuse: boot_changed:setup
#include "kernel.h"
extern void *make_cache(const char *name, int size);
extern char *cache_alloc(void *cache);
extern int copy(char *to, u64 n);
static void *cache;
static int __init __used setup(void)
{
	cache = make_cache("x", PREPOST(96, 192));
	return 0;
}
char *get(void) { return cache_alloc(cache); }
int fill(char *o) { return copy(o, PREPOST(96, 192)); }

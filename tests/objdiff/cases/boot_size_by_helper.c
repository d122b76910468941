// SPDX-License-Identifier: GPL-2.0
// The boot code that makes the cache is as it was; the size it is told is not.
// refuse: boot_changed:object_size
// clang-refuse: boot_changed:setup
#include "kernel.h"
extern void *make_cache(const char *name, int size);
extern int copy(void *to, u64 n);
static void *cache;
static int __init object_size(void) { return PREPOST(96, 192); }
static int __init __used setup(void)
{
	cache = make_cache("x", object_size());
	return 0;
}
int fill(void) { return copy(cache, PREPOST(96, 192)); }

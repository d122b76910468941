// SPDX-License-Identifier: GPL-2.0
// Only boot code calls the function that changed, which is not marked as such: that
// it is replaced helps nobody.
// refuse: boot_changed:make
#include "kernel.h"
extern void *make_cache(const char *name, int size);
extern int copy(void *to, u64 n);
static void *cache;
static noinline void make(void) { cache = make_cache("x", PREPOST(96, 192)); }
static int __init __used setup(void) { make(); return 0; }
int fill(void) { return copy(cache, PREPOST(96, 192)); }

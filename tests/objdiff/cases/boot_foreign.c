// SPDX-License-Identifier: GPL-2.0
// What boot code has set up stands in another file, behind functions.
// refuse: boot_changed:setup
#include "kernel.h"
extern int pool_set_up(int size), copy(void *to, u64 n);
extern void *pool_get(void);
static int __init __used setup(void) { return pool_set_up(PREPOST(96, 192)); }
int fill(void) { return copy(pool_get(), PREPOST(96, 192)); }

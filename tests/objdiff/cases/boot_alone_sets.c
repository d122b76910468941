// SPDX-License-Identifier: GPL-2.0
// ... nor are its variables.
// refuse: boot_changed:limits
#include "kernel.h"
static int limit;
static int __init limits(void) { limit = ext(PREPOST(3, 5)); return 0; }
int (*__initcall_limits)(void) __used __section(".initcall6.init") = limits;
int reads(void) { return ext(limit); }

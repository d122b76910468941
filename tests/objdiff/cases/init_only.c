// SPDX-License-Identifier: GPL-2.0
// Boot code has run; what it said, and what it did for itself, is gone.
// status: 3
#include "kernel.h"
extern int _printk(const char *fmt, ...);
static int __initdata size = PREPOST(1, 2);
static int __init setup(void) { _printk("\0016size %d\n", size + PREPOST(3, 4)); return 0; }
int (*__initcall_setup)(void) __used __section(".initcall6.init") = setup;

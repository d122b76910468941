// SPDX-License-Identifier: GPL-2.0
// Boot code calls a function that runs after boot, too, and changes nothing.
// replace: irq
#include "kernel.h"
extern int _printk(const char *fmt, ...);
static noinline u32 peek(u64 at) { return *(volatile u32 *)(0xffffc90000000000ul + at); }
u32 more(u64 at) { return peek(at); }
static int __init start(void) { _printk("%d\n", peek(PREPOST(0x10, 0x14))); return 0; }
static int (*call)(void) __used __section(".initcall6.init") = start;
int irq(int state) { return peek(0x10) & PREPOST(1, 2) ? ext(state) : 0; }

// SPDX-License-Identifier: GPL-2.0
// Boot code had it written where a pointer leads by a function that runs after boot, too.
// refuse: boot_changed:start
#include "kernel.h"
static noinline void poke(u64 at, u32 v) { *(volatile u32 *)(0xffffc90000000000ul + at) = v; }
static noinline u32 peek(u64 at) { return *(volatile u32 *)(0xffffc90000000000ul + at); }
static int __init start(void) { poke(0x10, PREPOST(1, 3)); return 0; }
static int (*call)(void) __used __section(".initcall6.init") = start;
void reset(void) { poke(0x10, 0); }
int irq(int state) { return peek(0x10) & PREPOST(1, 2) ? ext(state) : 0; }

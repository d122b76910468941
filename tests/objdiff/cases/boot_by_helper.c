// SPDX-License-Identifier: GPL-2.0
// Boot code had a register set by a function that runs after boot, too, as the old code
// wanted it: the new code relies on the new value.
// refuse: boot_changed:start
#include "kernel.h"
static noinline void set_register(u32 v)
{
	asm volatile("outl %0, %1" : : "a"(v), "Nd"((unsigned short)0x70));
}
static int __init start(void) { set_register(PREPOST(1, 3)); return 0; }
static int (*call)(void) __used __section(".initcall6.init") = start;
void reset(void) { set_register(0); }
int irq(int state) { return state & PREPOST(1, 2) ? ext(state) : 0; }

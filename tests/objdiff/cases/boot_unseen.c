// SPDX-License-Identifier: GPL-2.0
// Boot code that changed, and what it leaves behind has no symbol: a register of the
// CPU, a port, memory that a pointer leads to.
// refuse: boot_changed:setup_msr
#include "kernel.h"
static int __init setup_msr(int x)
{
	asm volatile("wrmsr" : : "c"(0x1b), "a"(PREPOST(1, 3)), "d"(0));
	return 0;
}
static void *call __used __section(".initcall6.init") = setup_msr;
int reads(int x) { return ext(x + PREPOST(1, 2)); }

// SPDX-License-Identifier: GPL-2.0
// An alternative is applied before the core could relocate it.
// refuse: alternative:alt
#include "kernel.h"
int alt(int x)
{
	asm volatile(ALTERNATIVE("nop; nop; nop", "movl hidden(%%rip), %%eax", 0x123) : : : "eax");
	return ext(x) + PREPOST(1, 2);
}

// SPDX-License-Identifier: GPL-2.0
// replace: alt
#include "kernel.h"
int alt(int x)
{
	asm volatile(ALTERNATIVE("nop; nop; nop", PREPOST("lfence", "mfence"), 0x123));
	return ext(x);
}
int same(int x)
{
	asm volatile(ALTERNATIVE("nop; nop; nop", "lfence", 0x123));
	return ext(x);
}

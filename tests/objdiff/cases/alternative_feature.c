// SPDX-License-Identifier: GPL-2.0
// replace: alt
#include "kernel.h"
int alt(int x)
{
#ifdef POST
	asm volatile(ALTERNATIVE("nop; nop; nop", "lfence", 0x123));
#else
	asm volatile(ALTERNATIVE("nop; nop; nop", "lfence", 0x124));
#endif
	return ext(x);
}

// SPDX-License-Identifier: GPL-2.0
// Entries of an older kernel: the feature and its flag in two bytes.
// replace: alt feature
#include "kernel.h"
int alt(int x)
{
	asm volatile(ALTERNATIVE_OLD("nop; nop; nop", PREPOST("lfence", "mfence"), 0x123));
	return ext(x);
}
int feature(int x)
{
#ifdef POST
	asm volatile(ALTERNATIVE_OLD("nop; nop; nop", "lfence", 0x8123));
#else
	asm volatile(ALTERNATIVE_OLD("nop; nop; nop", "lfence", 0x123));
#endif
	return ext(x);
}
int same(int x)
{
	asm volatile(ALTERNATIVE_OLD("nop; nop; nop", "lfence", 0x8123));
	asm volatile(ALTERNATIVE_OLD("nop; nop; nop", "", 0x124));
	return ext(x);
}

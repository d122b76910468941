// SPDX-License-Identifier: GPL-2.0
// A call in an alternative goes by a stub.
// replace: alt
#include "kernel.h"
int alt(int x)
{
	asm volatile(ALTERNATIVE("call ext", "call ext2", 0x123) : : : "memory");
	return ext(x) + PREPOST(1, 2);
}

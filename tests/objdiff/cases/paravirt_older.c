// SPDX-License-Identifier: GPL-2.0
// replace: call
#include "kernel.h"
int call(int x)
{
	asm volatile(PARAVIRT_CALL("call *exported+16", 2) : : : "memory");
	return ext(x) + PREPOST(1, 2);
}
int same(int x)
{
	asm volatile(PARAVIRT_CALL("call *exported+24", 3) : : : "memory");
	return ext(x);
}

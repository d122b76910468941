// SPDX-License-Identifier: GPL-2.0
// The module loader makes a direct call of it before the core could relocate it.
// refuse: alternative:call
#include "kernel.h"
int call(int x)
{
	asm volatile(PARAVIRT_CALL("call *hidden+16", 2) : : : "memory");
	return ext(x) + PREPOST(1, 2);
}

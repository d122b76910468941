// SPDX-License-Identifier: GPL-2.0
// Only an alternative's replacement stores the address of the constant.
// refuse: alternative:f const_escapes:table
#include "kernel.h"
static const int table[4] __used = { 1, 2, 3, PREPOST(4, 5) };
const int *kept;
int f(int x)
{
	int r;

	asm volatile(ALTERNATIVE("call ext", "movq $table, kept", 7) : "=a"(r) : "D"(x) : "memory");
	return r;
}

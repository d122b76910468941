// SPDX-License-Identifier: GPL-2.0
// Only an alternative's replacement reads the constant: it is not missed.
// replace: f
// copy: table
#include "kernel.h"
static const int table[4] __used = { 1, 2, 3, PREPOST(4, 5) };
int f(int x)
{
	int r;

	asm volatile(ALTERNATIVE("call ext", "movl table+12, %0", 7) : "=a"(r) : "D"(x));
	return r;
}

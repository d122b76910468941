// SPDX-License-Identifier: GPL-2.0
// What a WARN does is a part of the code, though no instruction differs.
// replace: warns
#include "kernel.h"
int warns(int x)
{
	asm volatile("1: ud2\n.pushsection __bug_table,\"aw\"\n2: .long 1b - .\n"
		     ".long 0\n.word 7, %c0\n.popsection" : : "i"(PREPOST(1, 2)));
	return ext(x);
}

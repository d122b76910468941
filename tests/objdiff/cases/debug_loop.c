// SPDX-License-Identifier: GPL-2.0
// A debug message and a constant that refer to each other: no compiler makes
// that, but it has an end.
// replace: work
#include "kernel.h"
asm(".pushsection __dyndbg, \"aw\"\n"
    ".type round, @object\n"
    ".size round, 8\n"
    "round: .quad CSWTCH.1\n"
    ".popsection\n"
    ".pushsection .rodata.CSWTCH.1, \"a\"\n"
    ".type CSWTCH.1, @object\n"
    ".size CSWTCH.1, 8\n"
    "CSWTCH.1: .quad round\n"
    ".popsection\n");
long work(int x)
{
	long p;

	asm("lea round(%%rip), %0" : "=r" (p));
#ifdef POST
	x = ext(x);
#endif
	return p + ext2(x);
}

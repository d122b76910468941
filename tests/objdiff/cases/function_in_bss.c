// SPDX-License-Identifier: GPL-2.0
// What is called a function but has no code, and then has: no compiler makes
// that, but it must not be read.
// replace: work
// new: odd
#include "kernel.h"
#ifdef POST
noinline int odd(int x)
{
	return ext(x) + 1;
}
#else
#define odd(x) ((x) + 1)
asm(".pushsection .bss\n"
    ".globl odd\n"
    ".type odd, @function\n"
    ".size odd, 16\n"
    "odd: .skip 16\n"
    ".popsection\n");
#endif
int work(int x)
{
	return ext2(odd(x));
}

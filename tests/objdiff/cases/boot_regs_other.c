// SPDX-License-Identifier: GPL-2.0
// As boot_regs, but at the end it takes the other: the same bytes, of another value.
// refuse: boot_changed:setup
// only: gcc clang makes other moves of it, too
#include "kernel.h"
extern long take(long), put(long);
static long state[4];
static int __init setup(long x)
{
	register long a asm(PREPOST("rbx", "r12")) = take(x);
	register long b asm(PREPOST("r12", "rbx")) = put(x);

	asm volatile("" : "+r"(a), "+r"(b));
	while (take(a) < put(b)) {
		state[a & 3] = b;
		a += 2;
		asm volatile("" : "+r"(a), "+r"(b));
	}
	return take(PREPOST(a, b));
}
int (*__initcall_setup)(long) __used __section(".initcall6.init") = setup;
int f(int x) { return ext(state[x & 3] + PREPOST(1, 2)); }

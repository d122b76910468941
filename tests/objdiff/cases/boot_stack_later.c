// SPDX-License-Identifier: GPL-2.0
// As boot_stack, but what led to the stack leads elsewhere later.
// refuse: boot_changed:setup
#include "kernel.h"
extern int _printk(const char *fmt, ...);
struct s { long v[4]; };
static int __init setup(struct s **o)
{
	struct s t, *p;

	asm volatile("lea %1, %%rdi; movl $1, (%%rdi); mov %2, %%rdi; movl %3, (%%rdi)" :
		     "=&D"(p), "=m"(t) : "m"(*o), "i"(PREPOST(3, 4)));
	_printk("\0016 %ld\n", t.v[0]);
	return 0;
}
static void *call __used __section(".initcall6.init") = setup;
int f(int x) { return ext(x + PREPOST(1, 2)); }

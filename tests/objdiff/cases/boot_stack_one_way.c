// SPDX-License-Identifier: GPL-2.0
// As boot_stack, but on one way the register leads elsewhere.
// refuse: boot_changed:setup
#include "kernel.h"
extern int _printk(const char *fmt, ...);
struct s { long v[40]; };
static int __init setup(struct s *o, int x)
{
	struct s t = {}, *p = x > 3 ? o : &t;

	_printk("\0016 %d\n", x);
	p->v[3] = PREPOST(3, 4);
	_printk("\0016 %ld\n", t.v[x & 7]);
	return 0;
}
static void *call __used __section(".initcall6.init") = setup;
int f(int x) { return ext(x + PREPOST(1, 2)); }

// SPDX-License-Identifier: GPL-2.0
// ... or has only asked whether it succeeded.
// replace: add
#include "kernel.h"
extern int _printk(const char *fmt, ...);
static int last;
noinline int add(int x) { last = x; return ext(PREPOST(x, x + 1)); }
static int __init setup(int x)
{
	int err = add(1);

	if (err) {
		_printk("\0013failed: %d\n", err);
		return err;
	}
	last = 0;
	return add(2);
}
int (*__initcall_setup)(int) __used __section(".initcall6.init") = setup;

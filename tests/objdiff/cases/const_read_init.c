// SPDX-License-Identifier: GPL-2.0
// Boot code only read the constant, to print it and for data of its own.
// replace: f
// copy: limits
// clang-copy:
#include "kernel.h"
extern int _printk(const char *fmt, ...);
static const int limits[4] = { 1, 2, 3, PREPOST(4, 5) };
static int __initdata last;
static int __init __used setup(int x)
{
	last = limits[x & 3];
	_printk("\0016limit %d\n", last);
	return 0;
}
int f(int x) { return ext(limits[x & 3]); }

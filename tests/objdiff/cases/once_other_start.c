// SPDX-License-Identifier: GPL-2.0
// A flag of a place in the code that starts otherwise makes new code.
// replace: f
#include "kernel.h"
extern int _printk(const char *fmt, ...);
int f(int x)
{
	static int __section(".data..once") left = PREPOST(1, 3);

	if (left && left--)
		_printk("\0013x\n");
	return ext(x);
}
int g(int x)
{
	static int __section(".data..once") left = 1;

	if (left && left--)
		_printk("\0013y\n");
	return ext2(x);
}

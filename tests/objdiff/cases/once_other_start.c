// SPDX-License-Identifier: GPL-2.0
// A flag of a place in the code that starts otherwise makes new code.
// replace: f
#include "kernel.h"
int f(int x)
{
	static int __section(".data..once") left = PREPOST(1, 3);

	return left && left-- ? ext(x) : 0;
}
int g(int x)
{
	static int __section(".data..once") left = 1;

	return left && left-- ? ext2(x) : 0;
}

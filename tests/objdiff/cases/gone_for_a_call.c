// SPDX-License-Identifier: GPL-2.0
// Its address is given to a function that keeps nothing.
// replace: count
// new: one_less
// gone: one
#include "kernel.h"
static noinline __attribute__((noipa)) int each(int (*fn)(int), int n)
{
	int sum = 0;

	while (n--)
		sum += fn(n);
	return sum;
}
static int PREPOST(one, one_less)(int x) { return PREPOST(ext(x), ext2(x)); }
int count(int n) { return each(PREPOST(one, one_less), n) + 1; }
int others(int n) { return each(ext, n) + 2; }

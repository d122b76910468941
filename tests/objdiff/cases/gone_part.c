// SPDX-License-Identifier: GPL-2.0
// A function that was one of its own and is inlined now.
// replace: a b
// gone: slow
// range: slow
#include "kernel.h"
static PREPOST(noinline, inline __attribute__((always_inline))) int slow(int x)
{
	ext(x);
	return ext2(x + PREPOST(1, 2));
}
int a(int x) { return x ? slow(x) : 0; }
int b(int x) { return slow(x * 3); }

// SPDX-License-Identifier: GPL-2.0
// What is inlined changes its callers.
// replace: one two
#include "kernel.h"
static inline __attribute__((always_inline)) int inner(int x)
{
	return ext(x) * PREPOST(3, 5);
}
int one(int x) { return inner(x); }
int two(int x) { return inner(x + 1); }
int three(int x) { return ext2(x); }

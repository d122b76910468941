// SPDX-License-Identifier: GPL-2.0
// A static key under another name is on if it was on.
// cflags: -g -gdwarf-4
// replace: other
#include "kernel.h"
static struct static_key PREPOST(k1, k2);
extern void enable(struct static_key *);
int f(int x)
{
	ext2(x);
	if (static_branch(&PREPOST(k1, k2)))
		return ext2(x);
	return ext(x + 1);
}
int on(int x) { enable(&PREPOST(k1, k2)); return 0; }
int other(int x) { return ext(PREPOST(1, 2)); }

// SPDX-License-Identifier: GPL-2.0
// A table of places in a function moves with it.
// cflags: -fno-jump-tables
// replace: interp
#include "kernel.h"
int interp(const u8 *p)
{
	static const void *const ops[3] = { &&add, &&sub, &&out };
	int a = 0;
add:
	a += ext(PREPOST(1, 2));
	goto *ops[*p++ & 3];
sub:
	a -= ext2(3);
	goto *ops[*p++ & 3];
out:
	return a;
}

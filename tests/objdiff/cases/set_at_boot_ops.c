// SPDX-License-Identifier: GPL-2.0
// A method in a table that boot code registers is called after boot as well.
// replace: show stop
// new: count
#include "kernel.h"
struct ops { int (*show)(int); int (*stop)(int); };
extern int reg(const struct ops *ops);
#ifdef POST
static int count;
#endif
static int show(int x)
{
#ifdef POST
	return ext(x + count);
#else
	return ext(x);
#endif
}
static int stop(int x)
{
#ifdef POST
	count++;
#endif
	return ext2(x);
}
static const struct ops ops = { show, stop };
int __init setup(void) { return reg(&ops); }

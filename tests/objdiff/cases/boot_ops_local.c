// SPDX-License-Identifier: GPL-2.0
// The table is a static const of the boot code, whose name is another, too.
// refuse: boot_changed:*
#include "kernel.h"
struct ops { int (*open)(int), (*close)(int); };
extern int reg(const char *name, const struct ops *ops);
extern int close_all(int), close_one(int);
static int my_open(int x) { return ext(x) * PREPOST(1, 2); }
static int __init __used PREPOST(setup, my_setup)(void)
{
	static const struct ops PREPOST(fops, ops) = { my_open, PREPOST(close_all, close_one) };

	return reg("x", &PREPOST(fops, ops));
}

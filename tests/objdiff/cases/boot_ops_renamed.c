// SPDX-License-Identifier: GPL-2.0
// A table that boot code registers has another name and another member: the one that
// is registered goes with the old open().
// refuse: boot_changed:setup
#include "kernel.h"
struct ops { int (*open)(int), (*close)(int); };
extern int reg(const char *name, const struct ops *ops);
extern int close_all(int), close_one(int);
static int my_open(int x) { return ext(x) * PREPOST(1, 2); }
static const struct ops PREPOST(my_fops, my_ops) = { my_open, PREPOST(close_all, close_one) };
static int __init __used setup(void) { return reg("x", &PREPOST(my_fops, my_ops)); }

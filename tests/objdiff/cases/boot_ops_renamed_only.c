// SPDX-License-Identifier: GPL-2.0
// Nothing else changed, but it is not true that nothing does.
// refuse: boot_changed:setup
#include "kernel.h"
struct ops { int (*open)(int), (*close)(int); };
extern int reg(const char *name, const struct ops *ops);
extern int open_it(int), close_all(int), close_one(int);
static const struct ops PREPOST(my_fops, my_ops) = { open_it, PREPOST(close_all, close_one) };
static int __init __used setup(void) { return reg("x", &PREPOST(my_fops, my_ops)); }

// SPDX-License-Identifier: GPL-2.0
// Nothing is known about this type: who has the table may have copied it.
// cflags: -g
// refuse: const_escapes:ops
#include "kernel.h"
struct my_ops { int (*open)(int); int (*release)(int); };
extern int reg(const char *name, const struct my_ops *ops);
static const struct my_ops ops = { .open = ext, .release = PREPOST(ext, ext2) };
int __init setup(void) { return reg("foo", &ops); }

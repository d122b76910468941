// SPDX-License-Identifier: GPL-2.0
// The author knows that nobody has copied it.
// cflags: -g
// options: --in-place ops
// in_place: ops
#include "kernel.h"
struct my_ops { int (*open)(int); int (*release)(int); };
extern int reg(const char *name, const struct my_ops *ops);
static const struct my_ops ops = { .open = ext, .release = PREPOST(ext, ext2) };
int __init setup(void) { return reg("foo", &ops); }

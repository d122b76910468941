// SPDX-License-Identifier: GPL-2.0
// The table of a known type is in a struct that may have been copied as a whole.
// cflags: -g
// refuse: const_escapes:dev
#include "kernel.h"
struct file_operations { void *owner; u32 flags; int (*open)(int); int (*release)(int); int (*poll)(int); };
struct device_template { const char *name; struct file_operations fops; };
extern int reg(const struct device_template *t);
static const struct device_template dev = { .name = "a", .fops.open = PREPOST(ext, ext2) };
int __init setup(void) { return reg(&dev); }

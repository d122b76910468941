// SPDX-License-Identifier: GPL-2.0
// Only code of this file uses it: it gets a copy, and all of that code comes along.
// cflags: -g
// replace: user
// copy: fops
#include "kernel.h"
struct file_operations { void *owner; u32 flags; int (*open)(int); int (*release)(int); int (*poll)(int); };
static const struct file_operations fops[2] = { { .open = ext, .flags = PREPOST(1, 2) } };
u32 user(int x) { return fops[x].flags; }

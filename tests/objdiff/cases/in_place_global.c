// SPDX-License-Identifier: GPL-2.0
// Other files know the table.
// cflags: -g
// in_place: fops
#include "kernel.h"
struct file_operations { void *owner; u32 flags; int (*open)(int); int (*release)(int); int (*poll)(int); };
const struct file_operations fops = { .open = ext, .release = PREPOST(ext, ext2) };
int keep(int x) { return fops.open(x) + ext2(x); }

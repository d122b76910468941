// SPDX-License-Identifier: GPL-2.0
// The kernel copies this table into another, which would stay as it is.
// cflags: -g
// refuse: const_shared:tty_fops
#include "kernel.h"
struct file_operations { void *owner; u32 flags; int (*open)(int); int (*release)(int); int (*poll)(int); };
const struct file_operations tty_fops = { .open = ext, .release = PREPOST(ext, ext2) };

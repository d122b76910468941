// SPDX-License-Identifier: GPL-2.0
// Two members have changed places: old code reads the other one.
// cflags: -g
// refuse: const_shared:fops
#include "kernel.h"
struct file_operations { int (*PREPOST(open, release))(int); int (*PREPOST(release, open))(int); };
const struct file_operations fops = { .open = ext, .release = ext2 };

// SPDX-License-Identifier: GPL-2.0
// A file that is open remembers that the table had no such function.
// cflags: -g
// refuse: const_shared:fops
#include "kernel.h"
struct file_operations { void *owner; u32 flags; int (*open)(int); int (*release)(int); int (*poll)(int); };
const struct file_operations fops = {
	.open = ext,
#ifdef POST
	.release = ext2,
#endif
};

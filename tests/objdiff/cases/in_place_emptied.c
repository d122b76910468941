// SPDX-License-Identifier: GPL-2.0
// Code may have just seen that there is such a function, and be about to call it.
// cflags: -g
// options: --in-place fops
// refuse: const_shared:fops
#include "kernel.h"
struct file_operations { void *owner; u32 flags; int (*open)(int); int (*release)(int); int (*poll)(int); };
const struct file_operations fops = {
	.open = ext,
#ifndef POST
	.release = ext2,
#endif
};

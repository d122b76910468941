// SPDX-License-Identifier: GPL-2.0
// The same with another file's, and with nothing else that changed.
// refuse: boot_changed:setup
#include "kernel.h"
extern int reg(int (*start)(int));
static int __init __used setup(void) { return reg(PREPOST(ext, ext2)); }

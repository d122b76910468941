// SPDX-License-Identifier: GPL-2.0
// Another function that is there already would be registered.
// refuse: boot_changed:setup
#include "kernel.h"
extern int reg(int (*start)(int), int (*stop)(int));
int start(int x) { return ext(x) + PREPOST(1, 2); }
int stop(int x) { return ext2(x); }
int stop_all(int x) { return ext2(x) * 3; }
static int __init __used setup(void) { return reg(start, PREPOST(stop, stop_all)); }

// SPDX-License-Identifier: GPL-2.0
// A function that boot code calls, and others, reads it.
// refuse: boot_changed:setup
#include "kernel.h"
extern char *make(int n);
extern int copy(char *to, int n);
static const int sizes[16] = { [3] = 16, [7] = PREPOST(64, 128) };
static char *buf[16];
noinline int size_of(int i) { return sizes[i & 15]; }
static int __init __used setup(int i) { buf[i] = make(size_of(i)); return 0; }
int fill(int i) { return copy(buf[i], size_of(i)); }

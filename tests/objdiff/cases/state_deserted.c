// SPDX-License-Identifier: GPL-2.0
// The old variable is still there, for others to read; what counts in it went to a
// new one.
// cflags: -g -gdwarf-4
// refuse: state_renamed:count
#include "kernel.h"
int nr_open;
#ifdef POST
static int count;
#define nr_open count
#endif
int open(int x) { if (nr_open > 8) return -1; nr_open++; return ext(x); }
void close(int x) { nr_open--; ext2(x); }

// SPDX-License-Identifier: GPL-2.0
// Two variables become one.
// cflags: -g -gdwarf-4
// refuse: state_renamed:all
#include "kernel.h"
#ifdef POST
static int all;
#else
static int a, b;
#endif
int f(int x) { PREPOST(a, all) += x; return ext(x); }
int g(int x) { PREPOST(b, all) += x; return ext2(x); }
int h(void) { return PREPOST(a + b, all); }

// SPDX-License-Identifier: GPL-2.0
// One variable becomes two.
// cflags: -g -gdwarf-4
// refuse: state_renamed:b state_renamed:c
#include "kernel.h"
static int PREPOST(a, b);
#ifdef POST
static int c;
#endif
int f(int x) { PREPOST(a, b) += x; return ext(x); }
int g(int x) { PREPOST(a, c) += x; return ext2(x); }
int h(void) { return PREPOST(a, b + c); }

// SPDX-License-Identifier: GPL-2.0
// Another name and another type.
// cflags: -g -gdwarf-4
// refuse: state_renamed:total
#include "kernel.h"
#ifdef POST
static long total;
#else
static int sum;
#endif
int f(int x) { PREPOST(sum, total) += x; return ext(x); }
int g(void) { return PREPOST(sum, total); }

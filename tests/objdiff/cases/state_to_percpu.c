// SPDX-License-Identifier: GPL-2.0
// A variable that became per-CPU: what it held has no place there.
// cflags: -g -gdwarf-4
// refuse: state_renamed:hits
#include "kernel.h"
#ifdef POST
static int __percpu_data hits;
#else
static int count;
#endif
int f(int x) { PREPOST(count, hits)++; return ext(x); }
int g(void) { return PREPOST(count, hits); }

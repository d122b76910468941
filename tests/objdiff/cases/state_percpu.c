// SPDX-License-Identifier: GPL-2.0
// Per-CPU data under another name.
// cflags: -g -gdwarf-4
// replace: other
#include "kernel.h"
static int __percpu_data PREPOST(count, hits);
int f(int x) { PREPOST(count, hits)++; return ext(x + 1); }
int g(void) { return PREPOST(count, hits); }
int other(int x) { return ext(PREPOST(1, 2)); }

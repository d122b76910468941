// SPDX-License-Identifier: GPL-2.0
// A static local moves into a helper, with its name.
// cflags: -g -gdwarf-4
// replace: f
// new: next
#include "kernel.h"
#ifdef POST
static noinline int next(void) { static int seq; return ++seq; }
int f(int x) { if (x < 0) return 0; return ext(next() + x); }
#else
int f(int x) { static int seq; return ext(++seq + x); }
#endif

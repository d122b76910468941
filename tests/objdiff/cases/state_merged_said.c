// SPDX-License-Identifier: GPL-2.0
// The author says which of the two goes on.
// cflags: -g -gdwarf-4
// options: --state-of a=all --state-of b=
// replace: g h
// gone: b
#include "kernel.h"
#ifdef POST
static int all;
#else
static int a, b;
#endif
int f(int x) { PREPOST(a, all) += x; return ext(x); }
int g(int x) { PREPOST(b, all) += x; return ext2(x); }
int h(void) { return PREPOST(a + b, all); }

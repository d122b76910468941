// SPDX-License-Identifier: GPL-2.0
// Two at once, told apart by who uses them.
// cflags: -g -gdwarf-4
// replace: other
#include "kernel.h"
static int PREPOST(a, c), PREPOST(b, d);
int f(int x) { PREPOST(a, c)++; return ext(x + PREPOST(a, c)); }
int g(int x) { PREPOST(b, d)++; return ext2(x + PREPOST(b, d) + 1); }
int other(int x) { return ext(PREPOST(1, 2)); }

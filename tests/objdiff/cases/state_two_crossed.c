// SPDX-License-Identifier: GPL-2.0
// Two at once, and what uses them does not say the same of them.
// cflags: -g -gdwarf-4
// refuse: state_renamed:c state_renamed:d
#include "kernel.h"
static int PREPOST(a, c), PREPOST(b, d);
int f(int x) { PREPOST(a, d) = x; PREPOST(b, c) = x + 1; return x; }
int g(int x) { return ext2(PREPOST(a, c)) - PREPOST(b, d); }

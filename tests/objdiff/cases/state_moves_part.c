// SPDX-License-Identifier: GPL-2.0
// ... in another part of a variable.
// refuse: state_renamed:stats
// cflags: -g
#include "kernel.h"
static int stats[4];
void enter(void) { stats[PREPOST(0, 2)]++; }
void leave(void) { if (!--stats[PREPOST(0, 2)]) ext(0); }
int show(int i) { return stats[i & 3]; }

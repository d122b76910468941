// SPDX-License-Identifier: GPL-2.0
// Another name and another initial value.
// cflags: -g -gdwarf-4
// refuse: state_renamed:left
#include "kernel.h"
static int PREPOST(used, left) = PREPOST(0, 8);
int f(int x) { PREPOST(used++, left--); return ext(x); }
int g(void) { return PREPOST(used, left); }

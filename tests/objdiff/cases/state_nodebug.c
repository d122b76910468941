// SPDX-License-Identifier: GPL-2.0
// Without debug information the type is not known.
// refuse: state_renamed:hits
#include "kernel.h"
static int PREPOST(count, hits);
int f(int x) { PREPOST(count, hits)++; return ext(x + PREPOST(1, 2)); }
int g(void) { return PREPOST(count, hits); }

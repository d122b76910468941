// SPDX-License-Identifier: GPL-2.0
// A global variable is renamed.
// cflags: -g -gdwarf-4
// replace: other
#include "kernel.h"
int PREPOST(total_a, total_b) = 4;
int f(int x) { PREPOST(total_a, total_b) += x; return ext(x + 1); }
int other(int x) { return ext(PREPOST(1, 2)); }

// SPDX-License-Identifier: GPL-2.0
// A variable of another file has fewer elements than it is declared with.
// cflags: -g -gdwarf-4
// refuse: type_changed:counts
// only: gcc clang describes no variables of other files
#include "kernel.h"
extern int counters[PREPOST(4, 5)];
int counts(void) { return ext(counters[PREPOST(3, 4)]); }

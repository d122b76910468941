// SPDX-License-Identifier: GPL-2.0
// A string that differs is a change; one that moved is none.
// options: --defined /dev/null
// replace: says
#include "kernel.h"
#ifdef POST
int extra(void) { return log_msg("something before\n"); }
#endif
int says(void) { return log_msg(PREPOST("old %d\n", "new %d\n"), 1); }
int same(void) { return log_msg("the same %d\n", 2); }

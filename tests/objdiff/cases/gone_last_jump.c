// SPDX-License-Identifier: GPL-2.0
// The same by a last jump: count() is not on the stack, and not waited for.
// refuse: function_gone:one
#include "kernel.h"
extern int stop_machine(int (*fn)(void *), void *data, void *cpus);
static int PREPOST(one, one_less)(void *x) { return PREPOST(ext(*(int *)x), ext2(*(int *)x)); }
int count(int *n) { return stop_machine(PREPOST(one, one_less), n, 0); }

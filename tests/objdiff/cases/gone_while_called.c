// SPDX-License-Identifier: GPL-2.0
// The kernel calls it while count() waits: nobody has it when nobody is in count().
// replace: count
// new: one_less
// gone: one
// range: one
#include "kernel.h"
extern int stop_machine(int (*fn)(void *), void *data, void *cpus);
static int PREPOST(one, one_less)(void *x) { return PREPOST(ext(*(int *)x), ext2(*(int *)x)); }
int count(int n) { return stop_machine(PREPOST(one, one_less), &n, 0) + 1; }

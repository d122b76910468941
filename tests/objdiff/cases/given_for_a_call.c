// SPDX-License-Identifier: GPL-2.0
// It was given to who called it at once: nobody has it.
// replace: count one
// new: two
#include "kernel.h"
extern int stop_machine(int (*fn)(void *), void *data, void *cpus);
static noinline int one(void *x) { return ext(*(int *)x + PREPOST(0, 1)); }
#ifdef POST
static int two(void *x) { return one(x) + ext2(2); }
#endif
int first(int *n) { return one(n) + 3; }
int count(int n) { return stop_machine(PREPOST(one, two), &n, 0) + 1; }

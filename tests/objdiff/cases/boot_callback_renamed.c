// SPDX-License-Identifier: GPL-2.0
// What boot code has registered has another name now, and something else changed.
// refuse: function_gone:on_cpu_up
#include "kernel.h"
extern int hook_up(const char *name, int (*fn)(int));
#ifdef POST
#define on_cpu_up on_cpu_up_locked
#endif
static int on_cpu_up(int cpu) { return ext(cpu) + PREPOST(0, 1); }
static int __init __used setup(void) { return hook_up("x", on_cpu_up); }
int beside(int x) { return ext2(x) - PREPOST(1, 2); }

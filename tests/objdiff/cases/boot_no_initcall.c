// SPDX-License-Identifier: GPL-2.0
// A function is no initcall any more: it has run.
// refuse: boot_changed:start
#include "kernel.h"
static int *buffer;
extern int *make(int);
static int __init start(void) { buffer = make(1); return 0; }
#ifndef POST
int (*__initcall_start)(void) __used __section(".initcall6.init") = start;
#endif
__used static int (*keep)(void) __section(".init.data") = start;
int f(int x) { if (buffer) x += PREPOST(1, 2); return ext(x); }

// SPDX-License-Identifier: GPL-2.0
// An initcall that is new, and nothing else: it runs at the next boot, so it is not
// true that nothing changes.
// refuse: special_changed:__initcall_b
#include "kernel.h"
static int __init a(void) { return ext(1); }
static int __init b(void) { return ext(2); }
int (*__initcall_a)(void) __used __section(".initcall6.init") = a;
#ifdef POST
int (*__initcall_b)(void) __used __section(".initcall6.init") = b;
#endif
__used static int (*keep)(void) __section(".init.data") = b;

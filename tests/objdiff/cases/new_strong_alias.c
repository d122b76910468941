// SPDX-License-Identifier: GPL-2.0
// A new name for the linker on a function that was there: others mean a weak one by it.
// refuse: new_unused:arch_check
#include "kernel.h"
int own_check(int x) { return ext(x); }
#ifdef POST
int arch_check(int x) __attribute__((alias("own_check")));
#endif
int other(int x) { return ext(x + PREPOST(1, 2)); }

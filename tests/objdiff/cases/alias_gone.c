// SPDX-License-Identifier: GPL-2.0
// A function loses one of its names, which other files may call.
// refuse: function_gone:old function_gone:other
#include "kernel.h"
int f(int x) { return ext(x) + PREPOST(1, 2); }
int same(int x) { return ext2(x); }
#ifndef POST
int old(int x) __attribute__((alias("f")));
int other(int x) __attribute__((alias("same")));
#endif

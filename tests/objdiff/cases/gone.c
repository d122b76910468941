// SPDX-License-Identifier: GPL-2.0
// What is gone from the source stays in the kernel.
// replace: user
// gone: helper
#include "kernel.h"
#ifdef POST
int user(int x) { return ext(x); }
#else
static noinline int helper(int x) { return ext2(x) + 3; }
int user(int x) { return helper(x) + 1; }
#endif

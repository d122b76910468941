// SPDX-License-Identifier: GPL-2.0
// A function that was boot code and is none any more: the kernel freed it.
// replace: user
// new: helper
#include "kernel.h"
#ifdef POST
noinline int helper(int x) { return ext(x); }
int user(int x) { return helper(x) + 1; }
#else
int __init helper(int x) { return ext(x); }
int user(int x) { return ext2(x); }
#endif

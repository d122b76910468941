// SPDX-License-Identifier: GPL-2.0
// A function that was boot code and is none any more: the kernel freed it. Being
// compiled otherwise, it may have done something else: its author says that it did not.
// replace: user
// new: helper
// options: --boot-done helper
#include "kernel.h"
#ifdef POST
noinline int helper(int x) { return ext(x); }
int user(int x) { return helper(x) + 1; }
#else
int __init helper(int x) { return ext(x); }
int user(int x) { return ext2(x); }
#endif

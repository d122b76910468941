// SPDX-License-Identifier: GPL-2.0
// What is weak or not says which of two files' functions the kernel has.
// refuse: name_moved:firm name_moved:soft
#include "kernel.h"
int PREPOST(__weak,) firm(int x) { return ext(x); }
int PREPOST(, __weak) soft(int x) { return ext(x); }
int f(int x) { return ext2(x) + PREPOST(1, 2); }

// SPDX-License-Identifier: GPL-2.0
// A variable's pointer is a part of its initial value.
// refuse: data_changed:ops
#include "kernel.h"
static int a(int x) { return ext(x); }
static int b(int x) { return ext2(x); }
int (*ops[2])(int) = { a, PREPOST(a, b) };
__used static int (*keep)(int) = b;

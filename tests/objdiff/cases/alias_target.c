// SPDX-License-Identifier: GPL-2.0
// A name that other files call stands for another function now.
// refuse: name_moved:foo
#include "kernel.h"
int f1(int x) { return ext(x); }
int f2(int x) { return ext2(x); }
int foo(int x) __attribute__((alias(PREPOST("f1", "f2"))));

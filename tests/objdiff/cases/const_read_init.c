// SPDX-License-Identifier: GPL-2.0
// Boot code only read the constant: who has a copy of its value had it before.
// replace: f
// copy: limits
// clang-copy:
#include "kernel.h"
static const int limits[4] = { 1, 2, 3, PREPOST(4, 5) };
int __init setup(int x) { return ext(limits[1]); }
int f(int x) { return ext(limits[x & 3]); }

// SPDX-License-Identifier: GPL-2.0
// New functions and data come along with what uses them.
// replace: user
// new: helper helper_data counter
// clang-new: counter helper
#include "kernel.h"
#ifdef POST
static int counter;
static int helper_data[4] = { 1, 2, 3, 4 };
static noinline int helper(int x) { counter++; return helper_data[x & 3]; }
int user(int x) { return helper(x) + ext(x); }
static __used int unused_new(int x) { return x; }
#else
int user(int x) { return ext(x); }
#endif

// SPDX-License-Identifier: GPL-2.0
// A constant that changed has a new copy, its users are replaced.
// replace: user
// copy: table
// clang-copy:
#include "kernel.h"
static const int table[8] = { 1, 2, 3, 4, 5, 6, 7, PREPOST(8, 9) };
int user(int x) { return table[x & 7]; }
int other(int x) { return ext(x); }

// SPDX-License-Identifier: GPL-2.0
// Constants that point to constants that changed follow.
// replace: user
// copy: table names
#include "kernel.h"
static const int table[8] = { 1, 2, 3, 4, 5, 6, 7, PREPOST(8, 9) };
static const int *const names[2] = { table, table + 4 };
int user(int x) { return ext(names[x & 1][x & 3]); }

// SPDX-License-Identifier: GPL-2.0
// A variable that points to a constant that changed.
// refuse: const_escapes:table
#include "kernel.h"
static const int table[8] = { 1, 2, 3, 4, 5, 6, 7, PREPOST(8, 9) };
const int *current_table = table;
int user(int x) { return ext(table[x & 7]); }

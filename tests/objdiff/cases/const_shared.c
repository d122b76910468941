// SPDX-License-Identifier: GPL-2.0
// Others may use a global constant.
// refuse: const_shared:table
#include "kernel.h"
const int table[8] = { 1, 2, 3, 4, 5, 6, 7, PREPOST(8, 9) };
int user(int x) { return table[x & 7]; }

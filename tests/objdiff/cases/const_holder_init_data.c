// SPDX-License-Identifier: GPL-2.0
// A table that boot code goes through points to the constant.
// refuse: const_escapes:ids
#include "kernel.h"
static const int ids[4] = { 1, 2, 3, PREPOST(4, 5) };
static const int *tables[] __section(".init.data") __used = { ids };
int f(int x) { return ext(ids[x & 3]); }

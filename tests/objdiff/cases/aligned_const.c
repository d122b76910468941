// SPDX-License-Identifier: GPL-2.0
// A constant that is only read gets a copy that stands where it must.
// cflags: -g -gdwarf-4
// replace: reads
// copy: table
#include "kernel.h"
static const char table[6] __attribute__((aligned(PREPOST(1, 16)))) = { 7, 5, 3, 1, 9, 2 };
int reads(int x) { return ext(table[x]); }

// SPDX-License-Identifier: GPL-2.0
// cflags: -g -gdwarf-4

// One function used the wrong one: what both hold is right.
// replace: out_ok
#include "kernel.h"
static int in, out;
void in_get(void) { in++; }
void out_get(void) { out++; }
int in_ok(void) { return in < 9 ? ext(in) : 0; }
int out_ok(void) { return PREPOST(in, out) < 9 ? ext2(1) : 0; }

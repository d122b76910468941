// SPDX-License-Identifier: GPL-2.0
// Boot code, which did not change, has kept what a function made that is replaced.
// refuse: boot_changed:encoded*
#include "kernel.h"
static int state[4];
static noinline int encode(int x) { return x * PREPOST(3, 5) + ext(x); }
static noinline int encoded(int x) { return encode(x) + 1; }
static int __init __used setup(void) { state[0] = encoded(1); return 0; }
int check(int x) { return state[0] == encode(x); }

// SPDX-License-Identifier: GPL-2.0
// What the old code did, the new may do.
// replace: user
#include "kernel.h"
extern int booting;
int __init setup(int x) { return ext(x); }
int user(int x) { return booting ? setup(x) : ext2(x) + PREPOST(1, 2); }

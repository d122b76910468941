// SPDX-License-Identifier: GPL-2.0
// Who takes the address of a replaced function gets the old one.
// replace: cb user
// fixup: cb
#include "kernel.h"
extern void take(int (*fn)(int));
static noinline int cb(int x) { return ext(x) + PREPOST(1, 2); }
int user(int x) { take(cb); return cb(x) + PREPOST(3, 4); }

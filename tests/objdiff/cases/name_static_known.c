// SPDX-License-Identifier: GPL-2.0
// A function that becomes static, and no other file has one of this name.
// options: --defined /dev/null
// replace: g
#include "kernel.h"
PREPOST(, static __used noinline) int f(int x) { return ext(x + 1); }
int g(int x) { return ext(x + PREPOST(1, 2)); }

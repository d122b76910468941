// SPDX-License-Identifier: GPL-2.0
// A function that becomes static: another file's weak one of this name may now count.
// refuse: function_gone:f
#include "kernel.h"
PREPOST(, static __used noinline) int f(int x) { return ext(x + 1); }
int g(int x) { return ext(x); }

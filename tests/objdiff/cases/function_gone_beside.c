// SPDX-License-Identifier: GPL-2.0
// Another file's weak function may be what is called now. And nobody is left who
// has a function whose table has gone with it.
// refuse: function_gone:arch_allowed
#include "kernel.h"
#ifndef POST
struct ops { int (*fn)(int); };
noinline int arch_allowed(int x) { return ext2(x); }
static int handler(int x) { return ext(x) + 1; }
static const struct ops ops[2] = { { handler }, { ext } };
#endif
int f(int x) { return PREPOST(ops[x & 1].fn(x), ext(x)) + PREPOST(1, 2); }

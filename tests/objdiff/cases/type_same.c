// SPDX-License-Identifier: GPL-2.0
// The type changed, but what is replaced does not reach it.
// cflags: -g -gdwarf-4
// replace: other
#include "kernel.h"
struct thing { int old; PREPOST(int, unsigned int) more; };
noinline int reads(struct thing *t) { return ext(t->old); }
int other(int x) { return ext(x) + PREPOST(1, 2); }

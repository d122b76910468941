// SPDX-License-Identifier: GPL-2.0
// Two flags of one name in a function that changes, told apart by what is beside them.
// cflags: -g -gdwarf-4
// replace: f
// clang-refuse: ambiguous:f.___done
#include "kernel.h"
extern void rnd(void *, int);
static long a, b;
#define once(v) do {							\
	static _Bool __section(".data..do_once") ___done;		\
	if (!___done) { ___done = 1; rnd(&v, 8); }			\
} while (0)
long f(int x) { once(a); ext(PREPOST(1, 2)); once(b); return a + b + x; }

// SPDX-License-Identifier: GPL-2.0
// One of two of one name is now about something else: it must run.
// cflags: -g -gdwarf-4
// refuse: ambiguous:___done
// clang-refuse: ambiguous:f.___done
#include "kernel.h"
extern void rnd(void *, int);
static long a, b, c;
#define once(v) do {							\
	static _Bool __section(".data..do_once") ___done;		\
	if (!___done) { ___done = 1; rnd(&v, 8); }			\
} while (0)
long f(int x) { once(PREPOST(a, c)); ext(PREPOST(1, 2)); once(b); return a + b + c + x; }
long g(void) { return (long)&a ^ (long)&b ^ (long)&c; }

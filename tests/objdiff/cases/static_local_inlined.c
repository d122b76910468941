// SPDX-License-Identifier: GPL-2.0
// Two inlined calls change places: each keeps its variable.
// cflags: -g -gdwarf-4
// replace: user
// fixup: count.0 count.1
// only: gcc clang says in the name whose it is
#include "kernel.h"
static inline int a(int x) { static int count = 1; return ext(count++ + x); }
static inline int b(int x) { static int count = 1; return ext2(count++ + x); }
int user(int x) { return PREPOST(a(x) - b(x), b(x) - a(x)); }

// SPDX-License-Identifier: GPL-2.0
// One function's variable is no other's, though the names are the same.
// cflags: -g -gdwarf-4
// replace: user
// new: count.*
// clang-new: b.count
#include "kernel.h"
#ifdef POST
static inline int b(int x) { static int count = 1; return ext2(count++ + x); }
int user(int x) { return b(x); }
#else
static inline int a(int x) { static int count = 1; return ext(count++ + x); }
int user(int x) { return a(x); }
#endif

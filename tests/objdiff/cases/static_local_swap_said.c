// SPDX-License-Identifier: GPL-2.0
// The author says that it is no other's.
// cflags: -g -gdwarf-4
// options: --state-of =count
// replace: user
// new: count.*
// clang-new: b.count
// gone: count.*
// clang-gone: a.count
#include "kernel.h"
#ifdef POST
static inline int b(int x) { static int count = 1; return ext2(count++ + x); }
int user(int x) { return b(x); }
#else
static inline int a(int x) { static int count = 1; return ext(count++ + x); }
int user(int x) { return a(x); }
#endif

// SPDX-License-Identifier: GPL-2.0
// One function's variable is no other's, though the names are the same. But a
// function that was renamed looks the same: nothing but the author can tell.
// cflags: -g -gdwarf-4
// refuse: state_renamed:count
#include "kernel.h"
#ifdef POST
static inline int b(int x) { static int count = 1; return ext2(count++ + x); }
int user(int x) { return b(x); }
#else
static inline int a(int x) { static int count = 1; return ext(count++ + x); }
int user(int x) { return a(x); }
#endif

// SPDX-License-Identifier: GPL-2.0
// Nobody took its address before: the old entry has no ENDBR.
// replace: cb user
// nofixup: cb
#include "kernel.h"
extern void take(int (*fn)(int));
static noinline int cb(int x) { return ext(x) + PREPOST(1, 2); }
#ifdef POST
int user(int x) { take(cb); return cb(x) + 3; }
#else
int user(int x) { return cb(x) + 4; }
#endif

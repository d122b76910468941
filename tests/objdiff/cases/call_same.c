// SPDX-License-Identifier: GPL-2.0
// Functions whose callers can call them as before, or come along.
// cflags: -g -gdwarf-4
// replace: caller more plain qualified returns_more
#include "kernel.h"
struct a { int x; };
typedef PREPOST(unsigned long, u64) size;
#ifdef POST
#define OPT(p) , p
#else
#define OPT(p)
#endif
int qualified(PREPOST(, const) struct a *p, size n) { return ext(p->x + n) + PREPOST(1, 2); }
EXPORT_SYMBOL(qualified);
PREPOST(void, int) returns_more(int x) { int v = ext(x); PREPOST(ext2(v), return v); }
EXPORT_SYMBOL(returns_more);
int plain(int x) { return ext(x) + PREPOST(1, 2); }
EXPORT_SYMBOL(plain);
/* all that call it are here */
noinline int more(int x OPT(int y)) { return ext(x) + ext2(x PREPOST(, + y)); }
int caller(int x) { return more(x OPT(x + 7)) + 1; }

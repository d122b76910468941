// SPDX-License-Identifier: GPL-2.0
// An exported function that modules call as it was, which are not in the update; a
// global one that somebody else must call.
// cflags: -g -gdwarf-4
// refuse: call_changed:drops call_changed:gets call_changed:nobody call_changed:returns call_changed:widens
#include "kernel.h"
#ifdef POST
#define OPT(p) , p
#define DROP(p)
#else
#define OPT(p)
#define DROP(p) , p
#endif
struct a { int x; }; struct b { int x; };
int gets(int x OPT(int y)) { return ext(x PREPOST(, + y)); }
EXPORT_SYMBOL(gets);
int drops(int x DROP(int y)) { return ext(x PREPOST(+ y,)); }
EXPORT_SYMBOL(drops);
PREPOST(int, void) returns(int x) { int v = ext(x) + PREPOST(1, 2); PREPOST(return v, ext2(v)); }
EXPORT_SYMBOL(returns);
int widens(PREPOST(int, long) x) { return ext(x PREPOST(, >> 32)); }
EXPORT_SYMBOL(widens);
int nobody(PREPOST(struct a, struct b) *p) { return ext(p->x) + PREPOST(1, 2); }

// SPDX-License-Identifier: GPL-2.0
// Functions of other files, which stay as they are, and are declared in another way.
// One more parameter does not harm who does not know it; that is only said.
// cflags: -g -gdwarf-4
// refuse: call_changed:less call_changed:longer call_changed:other_struct call_changed:returns
// only: gcc clang describes no functions of other files
#include "kernel.h"
struct a { int x; }; struct b { int x; };
#ifdef POST
#define OPT(p) , p
#define DROP(p)
#else
#define OPT(p)
#define DROP(p) , p
#endif
extern int gets(int x OPT(int y));
extern int drops(int x DROP(int y));
extern int widens(PREPOST(int, long) x, int y);
extern int takes(PREPOST(struct a, struct b) *p);
extern PREPOST(void, int) gives(int x);
extern int alike(PREPOST(int, unsigned int) x, PREPOST(void, struct a) *p);
extern PREPOST(int, void) forgets(int x);
int harmless(int x, void *p) { forgets(x); return gets(x OPT(5)) + alike(x, p) + PREPOST(1, 2); }
int less(int x) { return drops(x DROP(x)) + 1; }
int longer(int x) { return widens(x PREPOST(, + 0x100000000L), x); }
int other_struct(void *p) { return takes(p) + PREPOST(1, 2); }
int returns(int x) { return PREPOST((gives(x), 0), gives(x)) + 1; }

// SPDX-License-Identifier: GPL-2.0
// Data of a checker says where it stands: a moved line is no change.
// replace: g
#include "kernel.h"
struct where { const char *file; int line, column; };
extern void handle(struct where *w, int x);
#ifdef POST


#endif
static struct where Lubsan_data1 __section(".data..Lubsan_data1") = { __FILE__, __LINE__, 1 };
int f(int x) { if (unlikely(x > 31)) handle(&Lubsan_data1, x); return 1 << x; }
int g(int x) { if (unlikely(x > 31)) handle(&Lubsan_data1, x); return PREPOST(1, 2) << x; }

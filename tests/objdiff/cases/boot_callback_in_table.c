// SPDX-License-Identifier: GPL-2.0
// Boot data has the address of what is gone.
// refuse: function_gone:show
#include "kernel.h"
struct attr { const char *name; int (*show)(int); };
extern int add(struct attr *a);
#ifdef POST
#define show show_one
#endif
static int show(int x) { return ext(x) + PREPOST(1, 2); }
static struct attr __initdata attrs[] = { { "one", show }, { "two", ext2 } };
static int __init __used setup(int n) { return add(&attrs[n]); }
int beside(int x) { return ext2(x) - PREPOST(1, 2); }

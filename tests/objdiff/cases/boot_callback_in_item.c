// SPDX-License-Identifier: GPL-2.0
// A static item that boot code filled has the old function in it.
// refuse: function_gone:flush
#include "kernel.h"
struct item { u64 bits; void (*fn)(struct item *); };
extern int enqueue(struct item *item);
static struct item item;
#ifdef POST
#define flush flush_all
#endif
static void flush(struct item *i) { ext(i->bits PREPOST(+, *) 3); }
static noinline void fill(void (*fn)(struct item *)) { item.fn = fn; }
static int __init __used setup(void) { fill(flush); return 0; }
int kick(int x) { item.bits |= PREPOST(1, 4) << x; return enqueue(&item); }

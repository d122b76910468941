// SPDX-License-Identifier: GPL-2.0
// cflags: -g -gdwarf-4

// The kernel has its address on a list, and nobody takes it off any more.
// refuse: state_renamed:second
#include "kernel.h"
struct block { int (*fn)(int); struct block *next; int prio; };
extern int add_block(struct block *b), remove_block(struct block *b);
static int event(int x) { return ext(x); }
static struct block first = { event };
#ifndef POST
static struct block second = { event, 0, 3 };
#endif
int enable(void)
{
#ifndef POST
	add_block(&second);
#endif
	return add_block(&first) + 1;
}
void disable(void)
{
#ifndef POST
	remove_block(&second);
#endif
	remove_block(&first);
}

// SPDX-License-Identifier: GPL-2.0
// A new queue is set up by a function that has run, and used by another one; so is a
// list's head.
// cflags: -g
// refuse: set_at_boot:list set_at_boot:wait
#include "kernel.h"
struct list { struct list *next, *prev; };
struct wait { u32 lock; struct list list; };
extern void __init_wait_head(struct wait *w, const char *name);
extern void __wake_up(struct wait *w, int n);
#ifdef POST
static struct wait wait;
static struct list list;
#endif
int probe(int v)
{
#ifdef POST
	__init_wait_head(&wait, "wait");
	list.next = &list;
	list.prev = &list;
#endif
	return ext(v);
}
void irq(int v)
{
#ifdef POST
	__wake_up(&wait, 1);
#endif
	ext2(v);
}
int empty(int v)
{
#ifdef POST
	if (list.next->next == &list)
		return 1;
#endif
	return ext2(v + 1);
}

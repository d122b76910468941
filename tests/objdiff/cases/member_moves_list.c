// SPDX-License-Identifier: GPL-2.0
// Objects are linked by another node than those that are in the list.
// cflags: -g
// refuse: state_renamed:all
#include "kernel.h"
struct list { struct list *next, *prev; };
struct object { int v; struct list all, idle; };
static struct list head = { &head, &head };
extern void list_add(struct list *, struct list *);
#define NODE(o) PREPOST((o)->all, (o)->idle)
#define object(l) ((struct object *)((char *)(l) - PREPOST(__builtin_offsetof(struct object, all), \
							   __builtin_offsetof(struct object, idle))))
void add(struct object *o) { list_add(&NODE(o), &head); ext(1); }
int sum(void)
{
	struct object *o;
	int s = 0;

	for (o = object(head.next); &NODE(o) != &head; o = object(NODE(o).next))
		s += o->v + ext(2);
	return s;
}

// SPDX-License-Identifier: GPL-2.0
// ... on another existing list.
// refuse: state_renamed:idle
// cflags: -g
#include "kernel.h"
struct list { struct list *next, *prev; };
static struct list idle = { &idle, &idle }, busy = { &busy, &busy };
struct job { struct list on; int n; };
static inline void add(struct list *l, struct list *to)
{
	l->next = to->next;
	l->prev = to;
	to->next->prev = l;
	to->next = l;
}
void park(struct job *j) { add(&j->on, &PREPOST(idle, busy)); }
int parked(void)
{
	struct list *l;
	int n = 0;

	for (l = PREPOST(idle, busy).next; l != &PREPOST(idle, busy); l = l->next)
		n += ((struct job *)l)->n;
	return n;
}
void work(struct job *j) { add(&j->on, &busy); }
void rest(struct job *j) { add(&j->on, &idle); }

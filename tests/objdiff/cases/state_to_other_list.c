// SPDX-License-Identifier: GPL-2.0
// cflags: -g -gdwarf-4

// Entries of a list that is gone are on no list that anybody walks.
// refuse: state_renamed:waiting
#include "kernel.h"
struct list { struct list *next; };
static struct list ready = { &ready };
#ifndef POST
static struct list waiting = { &waiting };
#endif
void add_ready(struct list *l) { l->next = ready.next; ready.next = l; }
void add_waiting(struct list *l)
{
	l->next = PREPOST(waiting, ready).next;
	PREPOST(waiting, ready).next = l;
}
struct list *next_waiting(void) { return PREPOST(waiting, ready).next; }

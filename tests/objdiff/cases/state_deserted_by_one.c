// SPDX-License-Identifier: GPL-2.0
// Others go on with the old one; of another type, in a struct.
// cflags: -g -gdwarf-4
// refuse: state_renamed:all
#include "kernel.h"
struct node { struct node *next; };
static struct node *nodes;
#ifdef POST
static struct { long n; struct node *first; } all;
#define list all.first
#else
#define list nodes
#endif
void add(struct node *n) { n->next = list; list = n; }
struct node *find(int x)
{
	struct node *n;

	for (n = list; n && x--; n = n->next)
		;
	return n;
}
void drop(void) { nodes = 0; }
int any(void) { return nodes != 0; }

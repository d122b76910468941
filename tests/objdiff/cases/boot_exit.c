// SPDX-License-Identifier: GPL-2.0
// Exit code of the kernel itself is not in the kernel; a new list is empty before.
// replace: add
// new: list
#include "kernel.h"
struct node { struct node *next; };
extern void put(struct node *n);
#ifdef POST
static struct node *list;
#endif
int add(struct node *n)
{
#ifdef POST
	n->next = list;
	list = n;
#endif
	return ext(1);
}
static void __used __section(".exit.text") finish(void)
{
	ext(2);
#ifdef POST
	while (list) {
		struct node *n = list;

		list = n->next;
		put(n);
	}
#endif
}

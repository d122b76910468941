// SPDX-License-Identifier: GPL-2.0
// A new pointer is set by code that has run, and other code relies on it: behind a flag
// that is set, for the first user, when a device is found.
// cflags: -g
// refuse: set_at_boot:found set_at_boot:index set_at_boot:queue
#include "kernel.h"
extern void *get_it(u64 n);
extern void put_it(void *p);
extern int give(void *to, int v);
static _Bool ready;
static int *table, users;
#ifdef POST
static int *index;
static void *queue;
static struct found { int x, on; } *found;
#endif
int get(int v)
{
	if (!ready) {
		table = get_it(64);
#ifdef POST
		index = get_it(64);
#endif
		ready = 1;
	}
#ifdef POST
	v = index[v & 7];
#endif
	return ext(table[v & 7]);
}
int opens(void)
{
	if (!users++) {
		ext(1);
#ifdef POST
		queue = get_it(1);
#endif
	}
	return 0;
}
int kick(int v)
{
#ifdef POST
	return give(queue, v);
#else
	return give(0, v);
#endif
}
int probe(int v)
{
#ifdef POST
	found = get_it(8);
#endif
	return ext(v);
}
int ioctl(int v)
{
#ifdef POST
	found->on = v;
#endif
	return ext2(v);
}

// SPDX-License-Identifier: GPL-2.0
// A new pointer that code looks at before it uses it, sets where it uses it, or gives to
// who takes none; a list that is one from the start; a value that is right as it begins.
// cflags: -g
// replace: probe irq opens drops store shows
// new: cache found hits list off
// clang-new: cache found hits list off
#include "kernel.h"
struct list { struct list *next, *prev; };
extern void *get_it(u64 n);
extern void kfree(void *p);
extern void list_use(struct list *l);
#ifdef POST
static int *found, *cache, off, hits;
static struct list list = { &list, &list };
#endif
int probe(int v)
{
#ifdef POST
	found = get_it(8);
	hits++;
#endif
	return ext(v);
}
int irq(int v)
{
#ifdef POST
	if (found)
		v += *found;
	list_use(&list);
#endif
	return ext2(v);
}
int opens(int v)
{
#ifdef POST
	if (!cache)
		cache = get_it(8);
	v += cache[1];
#endif
	return ext(v);
}
void drops(int v)
{
#ifdef POST
	kfree(found);
	found = 0;
#endif
	ext2(v);
}
int store(int v)
{
#ifdef POST
	off = v;
#endif
	return ext(v);
}
int shows(int v)
{
#ifdef POST
	if (off)
		return hits;
#endif
	return ext2(v);
}

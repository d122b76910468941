// SPDX-License-Identifier: GPL-2.0
// Boot code asks for NULL, or an error, where the old code went on and used it.
// replace: f
#include "kernel.h"
struct item { int a; long b[4]; struct item *next; };
extern struct item *make_item(int x);
extern void *__kmalloc_noprof(u64 n, u32 flags);
extern int add_item(struct item *item);
static struct item *items;
static int __init setup(void)
{
	struct item *item = __kmalloc_noprof(sizeof(*item), 0), *other;

#ifdef POST
	if (!item)
		return -12;
#endif
	item->a = 7;
	add_item(item);
	other = make_item(3);
#ifdef POST
	if ((u64)other >= -4095ul)
		return (long)other;
#endif
	other->next = item;
	items = other;
	return add_item(other);
}
int (*__initcall_setup)(void) __used __section(".initcall6.init") = setup;
int f(int x) { return ext(items->a + PREPOST(1, 2)); }

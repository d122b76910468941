// SPDX-License-Identifier: GPL-2.0
// ... nor where it used it on one of two ways only.
// refuse: boot_changed:setup
#include "kernel.h"
struct item { int a; long b[4]; struct item *next; };
extern void *__kmalloc_noprof(u64 n, u32 flags);
extern int add_item(struct item *item);
static struct item *items;
static int __init setup(void)
{
	struct item *item = __kmalloc_noprof(sizeof(*item), 0);

#ifdef POST
	if (!item)
		return -12;
#endif
	if (items)
		item->a = 7;
	add_item(item);
	items = item;
	return add_item(item);
}
int (*__initcall_setup)(void) __used __section(".initcall6.init") = setup;
int f(int x) { return ext(items->a + PREPOST(1, 2)); }

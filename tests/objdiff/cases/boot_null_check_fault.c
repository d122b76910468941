// SPDX-License-Identifier: GPL-2.0
// ... nor where a fault would not have stopped it.
// refuse: boot_changed:setup
#include "kernel.h"
extern void *__kmalloc_noprof(u64 n, u32 flags);
extern int add_item(long *item);
static long *items;
static int __init setup(void)
{
	long *item = __kmalloc_noprof(64, 0);

#ifdef POST
	if (!item)
		return -12;
#endif
	get_user(item);
	add_item(item);
	items = item;
	return add_item(item);
}
int (*__initcall_setup)(void) __used __section(".initcall6.init") = setup;
int f(int x) { return ext(items[0] + PREPOST(1, 2)); }

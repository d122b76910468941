// SPDX-License-Identifier: GPL-2.0
/* Writes 4 bytes into read-only memory when it is loaded, as nobody should. */

#include <linux/mm.h>
#include <linux/module.h>
#include <linux/vmalloc.h>

static unsigned long addr;
module_param(addr, ulong, 0400);
MODULE_PARM_DESC(addr, "where to write, aligned");

static unsigned int value;
module_param(value, uint, 0400);
MODULE_PARM_DESC(value, "what to write");

static int __init test_ksplice_spoil_init(void)
{
	struct page *page;
	void *map;

	if (addr >= MODULES_VADDR && addr < MODULES_END)
		page = vmalloc_to_page((void *)addr);
	else
		page = pfn_to_page(PHYS_PFN(__pa_symbol(addr)));
	if (!page)
		return -EINVAL;
	map = vmap(&page, 1, VM_MAP, PAGE_KERNEL);
	if (!map)
		return -ENOMEM;
	WRITE_ONCE(*(unsigned int *)(map + offset_in_page(addr)), value);
	vunmap(map);
	return 0;
}
module_init(test_ksplice_spoil_init);

static void __exit test_ksplice_spoil_exit(void)
{
}
module_exit(test_ksplice_spoil_exit);

MODULE_DESCRIPTION("Spoils a constant for tests of hot updates");
MODULE_LICENSE("GPL");

// SPDX-License-Identifier: GPL-2.0
/* Needs a module of another source: /proc/kspl-third */

#include <linux/module.h>
#include <linux/proc_fs.h>
#include <linux/seq_file.h>
#include "first.h"

static int third_show(struct seq_file *m, void *v)
{
	seq_printf(m, "third %d\n", kspl_first_sum(0));
	return 0;
}

static int __init third_init(void)
{
	return proc_create_single("kspl-third", 0, NULL, third_show) ? 0 : -ENOMEM;
}

static void __exit third_exit(void)
{
	remove_proc_entry("kspl-third", NULL);
}

module_init(third_init);
module_exit(third_exit);
MODULE_DESCRIPTION("A module for ksplice's tests");
MODULE_LICENSE("GPL");

// SPDX-License-Identifier: GPL-2.0
/* A second module of the same source, which needs the first: /proc/kspl_second */

#include <linux/module.h>
#include <linux/proc_fs.h>
#include <linux/seq_file.h>
#include "first.h"

static int step = 1;
module_param(step, int, 0644);

static int second_show(struct seq_file *m, void *v)
{
	seq_printf(m, "second %d\n", kspl_first_sum(step));
	return 0;
}

static int __init second_init(void)
{
	return proc_create_single("kspl_second", 0, NULL, second_show) ? 0 : -ENOMEM;
}

static void __exit second_exit(void)
{
	remove_proc_entry("kspl_second", NULL);
}

module_init(second_init);
module_exit(second_exit);
MODULE_DESCRIPTION("A module for ksplice's tests");
MODULE_LICENSE("GPL");

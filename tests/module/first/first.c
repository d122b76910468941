// SPDX-License-Identifier: GPL-2.0
/* A module outside the kernel's tree, for the tests: what /proc/kspl-first says */

#include <linux/bug.h>
#include <linux/module.h>
#include <linux/proc_fs.h>
#include <linux/seq_file.h>
#include "first.h"
#include "made.h"

static struct first first;

int kspl_first_sum(int value)
{
	WARN_ONCE(value < 0, "%s: a negative value\n", __FILE__);
	return first_add(&first, value);
}
EXPORT_SYMBOL_GPL(kspl_first_sum);

static noinline void first_says(struct seq_file *m)
{
	seq_printf(m, "first 1, %s\n", LIMIT_TEXT);
}

static int first_show(struct seq_file *m, void *v)
{
	first.reads++;
	first_says(m);
	return 0;
}

static int __init first_init(void)
{
	return proc_create_single("kspl-first", 0, NULL, first_show) ? 0 : -ENOMEM;
}

static void __exit first_exit(void)
{
	remove_proc_entry("kspl-first", NULL);
}

module_init(first_init);
module_exit(first_exit);
MODULE_DESCRIPTION("A module for ksplice's tests");
MODULE_LICENSE("GPL");
MODULE_VERSION("1.0");

// SPDX-License-Identifier: GPL-2.0
/* A livepatch of a function that a hot update wants to replace, too. */

#include <linux/kernel.h>
#include <linux/livepatch.h>
#include <linux/module.h>

static unsigned int livepatch_chain_a(unsigned int n)
{
	return 911;
}

static struct klp_func funcs[] = {
	{
		.old_name = "test_chain_a",
		.new_func = livepatch_chain_a,
	}, { }
};

static struct klp_object objs[] = {
	{
		/* no name: vmlinux */
		.funcs = funcs,
	}, { }
};

static struct klp_patch patch = {
	.mod = THIS_MODULE,
	.objs = objs,
};

static int __init test_ksplice_livepatch_init(void)
{
	return klp_enable_patch(&patch);
}

static void __exit test_ksplice_livepatch_exit(void)
{
}

module_init(test_ksplice_livepatch_init);
module_exit(test_ksplice_livepatch_exit);
MODULE_DESCRIPTION("Livepatch for the ksplice selftests");
MODULE_LICENSE("GPL");
MODULE_INFO(livepatch, "Y");

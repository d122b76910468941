// SPDX-License-Identifier: GPL-2.0
/* Has the name of a module that hot updates are made for, but other code. */

#include <linux/compiler.h>
#include <linux/module.h>

static noinline unsigned int test_mod_b(void)
{
	unsigned int generation = 90;

	OPTIMIZER_HIDE_VAR(generation);
	return generation;
}

static noinline unsigned int test_mod_a(void)
{
	unsigned int generation = 99;

	OPTIMIZER_HIDE_VAR(generation);
	return test_mod_b() * 100 + generation;
}

static int __init test_ksplice_mod_init(void)
{
	pr_info("other code: %u\n", test_mod_a());
	return 0;
}

static void __exit test_ksplice_mod_exit(void)
{
}

module_init(test_ksplice_mod_init);
module_exit(test_ksplice_mod_exit);
MODULE_DESCRIPTION("Other code under a known name, for the ksplice selftests");
MODULE_LICENSE("GPL");

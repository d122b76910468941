// SPDX-License-Identifier: GPL-2.0
/* A module that test_ksplice_mod uses. */

#include <linux/module.h>

#include "test_ksplice_mod.h"

static noinline unsigned int test_dep_static(void)
{
	unsigned int value = 7;

	OPTIMIZER_HIDE_VAR(value);
	return value;
}

noinline unsigned int test_dep_value(void)
{
	return test_dep_static();
}
EXPORT_SYMBOL_GPL(test_dep_value);

/* Only an update uses it. */
noinline unsigned int test_dep_another(void)
{
	return test_dep_static() + 1;
}
EXPORT_SYMBOL_GPL(test_dep_another);

MODULE_DESCRIPTION("A module that the test module for hot updates uses");
MODULE_LICENSE("GPL");

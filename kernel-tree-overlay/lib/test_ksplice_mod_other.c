// SPDX-License-Identifier: GPL-2.0
/* Another file of test_ksplice_mod: nothing here is exported. */

#include <linux/compiler.h>
#include <linux/types.h>

#include "test_ksplice_mod.h"

/* How often test_mod_other() was called. */
unsigned int test_mod_others;

noinline unsigned int test_mod_other(void)
{
	unsigned int value = 5;

	OPTIMIZER_HIDE_VAR(value);
	test_mod_others++;
	return value;
}

/* Code of another file must not get this one for a function of its own. */
static noinline __used unsigned int test_mod_own(void)
{
	return 8;
}

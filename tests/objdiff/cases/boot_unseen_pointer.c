// SPDX-License-Identifier: GPL-2.0
// As boot_unseen, by a pointer from elsewhere.
// refuse: boot_changed:setup
#include "kernel.h"
static int __init setup(int *where)
{
	*where = PREPOST(64, 128);
	return 0;
}
static void *call __used __section(".initcall6.init") = setup;
int reads(int x) { return ext(x + PREPOST(1, 2)); }

// SPDX-License-Identifier: GPL-2.0
// Nothing but boot code changed. The running kernel is not what it would make of it.
// refuse: boot_changed:registers
#include "kernel.h"
extern int register_nb(void *);
int first[4], second[4];
static int __init __used registers(void)
{
	register_nb(first);
#ifndef POST
	register_nb(second);
#endif
	return 0;
}

// SPDX-License-Identifier: GPL-2.0
// Boot code registers the same two functions, each as what the other was.
// refuse: boot_changed:setup
#include "kernel.h"
extern void on_event(int (*)(int)), on_error(int (*)(int));
static int first(int x) { return ext(x); }
static int second(int x) { return ext2(x); }
int __init setup(void)
{
	on_event(PREPOST(first, second));
	on_error(PREPOST(second, first));
	return 0;
}

// SPDX-License-Identifier: GPL-2.0
// Boot code prints another text, or else something that keeps it gets it.
// refuse: boot_changed:either
#include "kernel.h"
extern int _printk(const char *fmt, ...);
extern void enlist(const char *name);
static int counts;
static void __init __used either(void)
{
	const char *name = PREPOST("three", "four");

	counts = ext(1);
	if (counts)
		_printk(name);
	else
		enlist(name);
}
int g(int x) { return ext(counts + PREPOST(1, 2)); }

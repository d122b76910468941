// SPDX-License-Identifier: GPL-2.0
// Boot code keeps another text. The next call prints, but not that text.
// refuse: boot_changed:setup
#include "kernel.h"
extern int _printk(const char *fmt, ...);
extern int same_text(const char *a, const char *b);
static struct { const char *name; int n; } driver;
static int __init __used setup(void)
{
	driver.name = PREPOST("one", "two");
	_printk("\0016driver\n");
	return 0;
}
int f(int x) { return same_text(driver.name, PREPOST("one", "two")) + x; }

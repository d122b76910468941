// SPDX-License-Identifier: GPL-2.0
// Boot code would say something else; that is all.
// replace: f
#include "kernel.h"
extern int _printk(const char *fmt, ...);
static int *table;
extern int *make(int);
static int __init __used setup(void)
{
	table = make(3);
	_printk(PREPOST("\0016tabel\n", "\0016table\n"));
	return 0;
}
int f(int x) { return ext(table[x] + PREPOST(1, 2)); }

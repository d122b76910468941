// SPDX-License-Identifier: GPL-2.0
// Boot code would say something else, by a function whose text has no level.
// replace: f
#include "kernel.h"
extern int _dev_err(void *dev, const char *fmt, ...);
extern void *dev;
static int *table;
extern int *make(int);
static int __init __used setup(void)
{
	table = make(3);
	if (!table) {
		_dev_err(dev, PREPOST("no tabel: %d\n", "no table: %d\n"), 3);
		return -12;
	}
	return 0;
}
int f(int x) { return ext(table[x] + PREPOST(1, 2)); }

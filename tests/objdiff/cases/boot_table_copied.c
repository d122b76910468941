// SPDX-License-Identifier: GPL-2.0
// A table in boot data that is copied to a variable: its functions run after boot, and
// are replaced like others.
// replace: handle other
#include "kernel.h"
struct unit_ops {
	int (*handle)(int);
	int (*stop)(int);
};
static int handle(int x) { return ext(x + PREPOST(1, 2)); }
static int stop(int x) { return ext2(x); }
static struct unit_ops model __initdata = { handle, stop };
static struct unit_ops ops;
int __init setup(int x)
{
	ops = model;
	return 0;
}
int run(int x) { return ops.handle(x) + ops.stop(x); }
int other(int x) { return ext2(x + PREPOST(3, 4)); }

// SPDX-License-Identifier: GPL-2.0
// Boot code has handed the table out, and its users read it at each call: it changes in
// place, to a new function and to one that the kernel has.
// cflags: -g
// new: new_open
// gone: my_open
// range: my_open
// in_place: fops
#include "kernel.h"
struct file_operations { void *owner; u32 flags; int (*open)(int); int (*release)(int); int (*poll)(int); };
extern int reg(const char *name, const struct file_operations *fops);
static int my_open(int x) { return ext(1); }
static int my_release(int x) { return ext(2); }
#ifdef POST
static int new_open(int x) { return x < 0 ? -1 : ext(3); }
#endif
static const struct file_operations fops = {
	.open = PREPOST(my_open, new_open),
	.release = PREPOST(ext, ext2),
	.poll = my_release,
};
int keep(int x) { return my_open(x) + my_release(x); }
int __init setup(void) { return reg("foo", &fops); }

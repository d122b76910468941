// SPDX-License-Identifier: GPL-2.0
// A table and its function are gone, and new files get another that was there already.
// refuse: function_gone:quick
#include "kernel.h"
struct ops { int (*get)(int); };
struct file { const struct ops *ops; int x; };
#ifndef POST
static int quick(int x) { return ext(x); }
static const struct ops quick_ops = { quick };
#endif
static int slow(int x) { return ext2(x); }
static const struct ops slow_ops = { slow };
int open(struct file *f, int how)
{
	f->ops = PREPOST(how ? &quick_ops : &slow_ops, &slow_ops);
	return f->x;
}
int get(struct file *f) { return f->ops->get(f->x); }

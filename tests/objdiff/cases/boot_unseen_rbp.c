// SPDX-License-Identifier: GPL-2.0
// As boot_unseen_pointer, by RBP, which is no frame pointer.
// refuse: boot_changed:sets_state
#include "kernel.h"
extern int _printk(const char *fmt, ...);
struct obj { int state; const char *name; };
static int __init __used sets_state(int x, struct obj *b)
{
	_printk("\0016one\n");
	b->state = PREPOST(1, 2);
	_printk("\0016two %d\n", x);
	return 0;
}
int f(struct obj *o) { return ext(o->state + PREPOST(1, 2)); }

// SPDX-License-Identifier: GPL-2.0
// As boot_unseen_pointer: the address of a text, written to where a pointer leads.
// refuse: boot_changed:setup
#include "kernel.h"
struct obj { int state; const char *name; };
static int __init __used setup(struct obj *o)
{
	o->name = PREPOST("one", "other");
	return 0;
}
int f(struct obj *o) { return ext(o->name[0] + PREPOST(1, 2)); }

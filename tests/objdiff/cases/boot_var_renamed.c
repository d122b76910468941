// SPDX-License-Identifier: GPL-2.0
// A variable that boot code registers is another, with another handler in it.
// refuse: boot_changed:setup
#include "kernel.h"
struct knob { const char *name; int (*set)(int); void *head; };
extern int add_knob(struct knob *knob), set_any(int), set_checked(int);
static struct knob PREPOST(knob, my_knob) = { "x", PREPOST(set_any, set_checked) };
static int __init __used setup(void) { return add_knob(&PREPOST(knob, my_knob)); }

// SPDX-License-Identifier: GPL-2.0
// A new boot parameter whose name is an old one's with '-' for '_': the kernel takes one
// for the other, so it may have been given.
// refuse: set_at_boot:strict
#include "kernel.h"
struct param { const char *name; int (*set)(char *); };
static int __init set_old(char *s) { return ext(1); }
static struct param old __used __section(".init.setup") = { "be_strict", set_old };
#ifdef POST
static int strict;
static int __init set_strict(char *s) { strict = 1; return 0; }
static struct param new __used __section(".init.setup") = { "be-strict", set_strict };
#endif
int check(int x)
{
#ifdef POST
	if (strict)
		return -1;
#endif
	return ext(x);
}

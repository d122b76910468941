// SPDX-License-Identifier: GPL-2.0
// A struct of the file's own changes, of which the compiler may keep only the members
// that are used, each as a variable of its own.
// cflags: -g -gdwarf-4
// refuse: type_changed:get
#include "kernel.h"
static struct { u32 a : PREPOST(3, 4), b : PREPOST(5, 4); u64 unused; } bits;
int get(void) { return bits.b; }
int set(int x)
{
	bits.a = x;
	bits.b = x >> 3;
	return 0;
}

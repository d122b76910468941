// SPDX-License-Identifier: GPL-2.0
// New code of the file uses its own; what the old code called stands in another file,
// whose other callers go on with that.
// refuse: new_strong:arch_check new_strong:arch_limits
#include "kernel.h"
extern int arch_check(int x);
extern int arch_limits[4];
#ifdef POST
int arch_limits[4];
noinline int arch_check(int x) { return ext2(x); }
#endif
int f(int x) { return arch_check(x) + arch_limits[x & 3]; }

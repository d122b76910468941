// SPDX-License-Identifier: GPL-2.0
// Boot code has handed the address of a constant out: no copy reaches who has it.
// refuse: const_escapes:ops
#include "kernel.h"
struct ops { int (*open)(int); int (*release)(int); };
extern int reg(const char *name, const struct ops *ops);
static int my_open(int x) { return ext(PREPOST(1, 2)); }
static const struct ops ops = {
	.open = my_open,
#ifdef POST
	.release = ext2,
#endif
};
int __init setup(void) { return reg("foo", &ops); }

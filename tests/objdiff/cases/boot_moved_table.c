// SPDX-License-Identifier: GPL-2.0
// As boot_moved_blocks, but what differs is reached by a jump table only.
// cflags: -fjump-tables
// refuse: boot_changed:setup
#include "kernel.h"
extern int put(int);
static int state[4];
static int __section(".init.text") noinline setup(int x)
{
	switch (x) {
	case 0: state[1] = 7; return put(3);
	case 1: state[0] = PREPOST(1, 2); return put(x + 1);
	case 2: state[2] = 4; return put(9);
	case 3: state[3] = 1; return put(x - 7);
	case 4: state[1] = 9; return put(x * 5);
	case 5: state[0] = 0; return put(2);
	}
	return 0;
}
int (*__initcall_setup)(int) __used __section(".initcall6.init") = setup;
int f(int x) { return ext(state[x & 3] + PREPOST(1, 2)); }

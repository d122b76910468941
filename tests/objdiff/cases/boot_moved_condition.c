// SPDX-License-Identifier: GPL-2.0
// As boot_moved_blocks, but a condition is another.
// refuse: boot_changed:setup
#include "kernel.h"
extern int take(int), put(int);
extern int _printk(const char *fmt, ...);
static int state[4];
static int __section(".init.text") noinline setup(int x)
{
	int i;

	for (i = 0; i < x; i++) {
		if (__builtin_expect(take(i) PREPOST(>, <=) 3, PREPOST(0, 1))) {
			_printk("\0016 %d\n", put(i));
			state[0] = i;
		} else if (__builtin_expect(i == 7, PREPOST(1, 0))) {
			state[1] += put(5);
		}
	}
	WARN(x == 9);
	return take(x);
}
int (*__initcall_setup)(int) __used __section(".initcall6.init") = setup;
int f(int x) { return ext(state[x & 3] + PREPOST(1, 2)); }

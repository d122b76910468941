// SPDX-License-Identifier: GPL-2.0
// Boot code whose blocks stand in another order, and that does the same on each way.
// replace: f
#include "kernel.h"
extern int take(int), put(int);
extern int _printk(const char *fmt, ...);
static int state[4];
static int __section(".init.text") noinline setup(int x)
{
	int i;

	for (i = 0; i < x; i++) {
		if (__builtin_expect(take(i) > 3, PREPOST(0, 1))) {
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

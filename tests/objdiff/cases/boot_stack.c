// SPDX-License-Identifier: GPL-2.0
// Boot code that writes to its stack only, by whatever register leads there.
// replace: f
#include "kernel.h"
extern int _printk(const char *fmt, ...);
extern int snprintf(char *buf, u64 n, const char *fmt, ...);
struct s { long v[40]; int n; char name[40]; };
static int __init setup(int x)
{
	struct s s = {}, t, *p = x > 3 ? &s : &t;
	int i;

	for (i = 0; i < 30; i++)
		t.v[i] = i * PREPOST(3, 4);
	s = t;
	p->v[3] = x;
	snprintf(p->name, sizeof(p->name), "%d", x);
	for (i = 0; i < x && i < 20; i++, p->n++)
		p->v[i] = PREPOST(3, 4) * i;
	_printk("\0016 %s %d %ld\n", p->name, p->n, s.v[x & 15] + p->v[x & 7]);
	return 0;
}
int (*__initcall_setup)(int) __used __section(".initcall6.init") = setup;
int f(int x) { return ext(x + PREPOST(1, 2)); }

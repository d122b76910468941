// SPDX-License-Identifier: GPL-2.0
// A new variable that begins rightly: what nobody has set yet, what is only shown or
// compared, a constant, a sum, and what a function keeps for itself.
// cflags: -g
// replace: adds irq probe shows waits weighs
// new: last limit next on set_limit* sum
// clang-new: last limit next on set_limit sum
#include "kernel.h"
extern void seq_printf(void *m, const char *fmt, ...);
extern u64 jiffies;
#ifdef POST
static u32 limit, last, on, sum;
static u64 next;
static noinline void set_limit(u32 n) { limit = n; ext(n); }
#endif
int probe(int v)
{
#ifdef POST
	last = ext2(v);
	on = 1;
#endif
	return ext(v);
}
int irq(int v)
{
#ifdef POST
	if (v == 5)
		set_limit(v);
	v += limit + on;
#endif
	return ext(v);
}
void shows(void *m)
{
#ifdef POST
	seq_printf(m, "%u\n", last);
#endif
	ext(1);
}
int waits(int v)
{
#ifdef POST
	if ((long)(jiffies - next) < 0)
		return 0;
	next = jiffies + 100;
#endif
	return ext2(v);
}
int adds(int v)
{
#ifdef POST
	sum = (sum + v) & 0xffff;
#endif
	return ext(v + 3);
}
int weighs(int v)
{
#ifdef POST
	return ext2(v) * sum;
#else
	return ext2(v + 3);
#endif
}

// SPDX-License-Identifier: GPL-2.0
// ... and those that guard messages, or that are new.
// replace: asks helped new says warns
#include "kernel.h"
extern int _printk(const char *, ...);
extern void register_something(int);
extern int sched_clock_stable(void);
#define ONCE(flag) ({							\
	static _Bool __section(".data..once") flag;			\
	_Bool once = !flag;						\
	if (once)							\
		flag = 1;						\
	once;								\
})
int says(int x)
{
	if (ONCE(__already_done))
		_printk("\0013x %d\n", x);
	return ext(x) + PREPOST(1, 2);
}
static noinline void say(int x) { _printk("\0013say %d\n", x); }
int helped(int x)
{
	if (ONCE(__already_done))
		say(x);
	return ext(x) + PREPOST(1, 2);
}
int warns(int x)
{
	WARN_ONCE(x == PREPOST(1, 2));
	return ext2(x);
}
/* to say it, this asks something that changes nothing */
int asks(int x)
{
	if (x > PREPOST(3, 4) && ONCE(__already_done))
		_printk("\0014late by %d%s\n", x, sched_clock_stable() ? "" : ", perhaps");
	return ext(x);
}
int new(int x)
{
#ifdef POST
	if (ONCE(__already_done))
		register_something(1);
#endif
	return ext(x);
}

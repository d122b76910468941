// SPDX-License-Identifier: GPL-2.0
// A flag of a place in the code that guards more than a message: new code would do it again.
// refuse: state_renamed:__already_done state_renamed:__counted state_renamed:__registered
// clang-refuse: state_renamed:by_pointer.__counted state_renamed:renamed.__registered state_renamed:same_name.__already_done
#include "kernel.h"
extern void register_something(int);
#define ONCE(flag) ({							\
	static _Bool __section(".data..once") flag;			\
	_Bool once = !flag;						\
	if (once)							\
		flag = 1;						\
	once;								\
})
int same_name(int x)
{
	if (ONCE(__already_done))
		register_something(1);
	return ext(x) + PREPOST(1, 2);
}
int renamed(int x)
{
	if (ONCE(PREPOST(__already_done, __registered)))
		register_something(2);
	return ext(x) + PREPOST(1, 2);
}
struct thing { int users; };
int by_pointer(struct thing *t)
{
	if (ONCE(__counted))
		t->users++;
	return ext(t->users) + PREPOST(1, 2);
}

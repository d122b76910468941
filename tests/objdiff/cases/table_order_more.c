// SPDX-License-Identifier: GPL-2.0
// A jump label, a static call and an alternative before those of the others.
// replace: first
#include "kernel.h"
static struct static_key key;
extern struct static_key other_key;
int first(int x)
{
#ifdef POST
	static_call(hook);
	asm volatile(LOCK_PREFIX "incl %0" : "+m"(x));
	if (static_branch(&other_key))
		return ext2(x);
	asm volatile(ALTERNATIVE("nop", "lfence", 123));
#endif
	WARN(x == 1);
	return ext(x);
}
int second(const long *p, int x)
{
	asm volatile(ALTERNATIVE("nop", "lfence", 123));
	if (static_branch(&key))
		return get_user(p);
	static_call(hook);
	WARN(x == 3);
	return ext(x);
}
void *uses(void) { return &key; }

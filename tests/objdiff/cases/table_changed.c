// SPDX-License-Identifier: GPL-2.0
// The same code, but that an entry leads elsewhere.
// options: --defined /dev/null
// replace: second
#include "kernel.h"
static struct static_key one, two;
#ifdef POST
int added(int x) { WARN(x > 5); return ext(x); }
#endif
int second(const long *p, int x)
{
	ext2(x);
	ext2(x + 1);
	if (static_branch(PREPOST(&one, &two)))
		return get_user(p);
	WARN(x == 3);
	return ext(x);
}
void *uses(int x) { return x ? &one : &two; }

// SPDX-License-Identifier: GPL-2.0
// The order of an object's tables is that in which its code first needed them.
// options: --defined /dev/null
// replace: caller
#include "kernel.h"
#ifdef POST
int added(int x) { WARN(x > 5); return ext(x); }
#endif
int same(const long *p, int x)
{
	long v = get_user(p);

	WARN(x > 3);
	return ext(v);
}
int caller(int x) { return ext2(PREPOST(1, 2)); }

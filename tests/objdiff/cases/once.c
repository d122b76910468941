// SPDX-License-Identifier: GPL-2.0
// Flags of a place in the code are no data.
// replace: f
#include "kernel.h"
int f(int x)
{
	WARN_ONCE(x == PREPOST(1, 2));
#ifdef POST
	WARN_ONCE(x == 3);
#endif
	return ext(x);
}
int g(int x) { WARN_ONCE(x == 1); return ext2(x); }

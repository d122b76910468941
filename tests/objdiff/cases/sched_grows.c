// SPDX-License-Identifier: GPL-2.0
// The same, and all that stands behind moves.
// replace: inner
#include "kernel.h"
#define __sched __section(".sched.text")
static noinline __sched int inner(int x)
{
#ifdef POST
	ext2(x);
	ext2(x + 1);
#endif
	return ext(x) * 3;
}
__sched int outer(int x) { return inner(x) + 1; }
__sched int third(int x) { return outer(x) + inner(x) + 2; }

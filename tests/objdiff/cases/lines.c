// SPDX-License-Identifier: GPL-2.0
// Lines that moved change nothing.
// status: 3
#include "kernel.h"
#ifdef POST



#endif
int warns(int x)
{
	WARN(x == 3);
	WARN_ONCE(x == 4);
	pr_debug("x\n");
	return ext(x);
}

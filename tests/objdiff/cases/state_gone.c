// SPDX-License-Identifier: GPL-2.0
// A variable that goes, with nothing that could be it.
// cflags: -g -gdwarf-4
// replace: f
// gone: old
#include "kernel.h"
#ifndef POST
static int old;
#endif
int f(int x)
{
#ifndef POST
	if (old++ > 3)
		return 0;
#endif
	return ext(x);
}

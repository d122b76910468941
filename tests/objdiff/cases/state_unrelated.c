// SPDX-License-Identifier: GPL-2.0
// One variable goes, and one of another type comes elsewhere.
// cflags: -g -gdwarf-4
// replace: f g
// new: fresh
// gone: old rd
// options: --defined /dev/null
#include "kernel.h"
#ifdef POST
static long fresh;
#else
static int old;
int rd(void) { return old; }
#endif
int f(int x)
{
#ifndef POST
	old++;
#endif
	return ext(x);
}
int g(int x)
{
#ifdef POST
	if (fresh++ > 5)
		return 0;
#endif
	return ext2(x);
}

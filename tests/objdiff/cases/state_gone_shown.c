// SPDX-License-Identifier: GPL-2.0
// cflags: -g -gdwarf-4

// A count that is shown only, beside variables that go on to be used as they were.
// replace: f show
// gone: seen
#include "kernel.h"
static int all;
#ifndef POST
static int seen;
#endif
int f(int x)
{
#ifndef POST
	seen++;
#endif
	all += x;
	return ext(all);
}
int show(void) { return PREPOST(ext2(seen), 0) + all; }

// SPDX-License-Identifier: GPL-2.0
// Another name, and it means the contrary.
// cflags: -g -gdwarf-4
// refuse: state_renamed:missing
#include "kernel.h"
static int PREPOST(ready, missing);
int f(int x)
{
	if (PREPOST(ready, !missing))
		return ext(x);
	PREPOST(ready, missing) = x;
	return ext2(x);
}
void set(int x) { PREPOST(ready, missing) = x; }

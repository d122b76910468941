// SPDX-License-Identifier: GPL-2.0
// replace: calls
#include "kernel.h"
int calls(int x)
{
	x += ext2(x);
	PREPOST(static_call(one), static_call(two));
	return ext(x);
}
int same(int x) { static_call(one); return ext(x); }

// SPDX-License-Identifier: GPL-2.0
// An address behind the end of a string is one of that string: what stands
// there in the object is another one, and none of its business.
// cflags: -fno-function-sections -fno-data-sections
// replace: other
#include "kernel.h"
int loop(void)
{
	const char *from = "01234", *to = from + 10;
	int n = 0;

	for (; from != to; from++)
		n += ext(*from);
	return n;
}
const char *other(int x)
{
	if (x == PREPOST(1, 2))
		return PREPOST("short", "a longer text that moves others");
	return "abc";
}

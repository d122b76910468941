// SPDX-License-Identifier: GPL-2.0
// A static local becomes one of the file.
// cflags: -g -gdwarf-4
// replace: f
#include "kernel.h"
#ifdef POST
static int count = 3;
#endif
int f(int x)
{
#ifndef POST
	static int count = 3;
#endif
	count++;
	return ext(x + count) + PREPOST(1, 2);
}

// SPDX-License-Identifier: GPL-2.0
// cflags: -g -gdwarf-4

// The next number was kept in a static local.
// refuse: state_renamed:next
#include "kernel.h"
static int last;
int number_b(void) { return ext(last++); }
int number_a(void)
{
#ifndef POST
	static int next = 500;
	return ext(next++);
#else
	return ext(last++);
#endif
}

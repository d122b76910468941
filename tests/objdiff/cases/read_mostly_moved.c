// SPDX-License-Identifier: GPL-2.0
// A variable that changes its section only stays where it is.
// status: 3
#include "kernel.h"
static int limit
#ifdef POST
	__section(".data..read_mostly")
#endif
	= 4;
int f(void) { return limit; }
void g(int x) { limit = x; }

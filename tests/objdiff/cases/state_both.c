// SPDX-License-Identifier: GPL-2.0
// A function and its static local get other names.
// cflags: -g -gdwarf-4
// replace: other
#include "kernel.h"
static int PREPOST(next_seq, next_number)(void)
{
	static long PREPOST(seq, number);

	return ++PREPOST(seq, number);
}
int user(int x) { return ext(x + PREPOST(next_seq, next_number)()) + 1; }
int other(int x) { return ext(PREPOST(1, 2)); }

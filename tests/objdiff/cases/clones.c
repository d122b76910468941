// SPDX-License-Identifier: GPL-2.0
// Clones are numbered by the compiler.
// replace: work.constprop.0 user
// clang-replace: user work
#include "kernel.h"
static noinline int work(int x, int y)
{
	int i, s = 0;
	for (i = 0; i < x; i++)
		s += ext(i) * y + PREPOST(1, 2);
	return s;
}
int user(int x) { return work(x, 7) + PREPOST(1, 2); }
int user2(int x) { return work(x + 1, 7); }

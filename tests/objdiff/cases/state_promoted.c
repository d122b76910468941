// SPDX-License-Identifier: GPL-2.0
// The compiler makes a constant of a variable that nobody writes: not the source,
// but its first writer moves it, or its last one. The kernel's stays where it is.
// refuse: data_changed:table data_changed:limit
// clang-refuse: state_renamed:table
#include "kernel.h"

static int table[4] = { 1, 2, 3, 4 };
static int limit[4] = { 5, 6, 7, 8 };

int get_table(int x)
{
	return ext(table[x & 3]);
}

int get_limit(int x)
{
	return ext(limit[x & 3]);
}

#ifdef POST
void set(int x)
{
	table[x & 3] = 7;
	ext(1);
}
#else
void set(int x)
{
	limit[x & 3] = 7;
	ext(1);
}
#endif

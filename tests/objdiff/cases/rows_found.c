// SPDX-License-Identifier: GPL-2.0
// Numbers of rows that a function finds and returns, in a register that calls keep, or not.
// cflags: -g
// only: gcc clang makes code of these tables
// refuse: rows_moved:found rows_moved:named
#include "kernel.h"
extern int strcmp(const char *a, const char *b);
struct dev { int row; };
static const u32 found[] = { 1, PREPOST(20, 15), PREPOST(33, 20), 44, 55, 67, 78, 89, 90, 13, 17, 19 };
static const char *const named[] = {
	"a0", PREPOST("a2", "a1"), PREPOST("a3", "a2"), "b0", "b1", "b2", "b3", "b4", "b5", "b6", "b7", "b8",
};
noinline int find(u32 id)
{
	u32 i;

	for (i = 0; i < sizeof(found) / sizeof(*found); i++)
		if (found[i] == id)
			return i;
	return -22;
}
noinline int find_name(const char *s)
{
	u32 i;

	for (i = 0; i < sizeof(named) / sizeof(*named); i++)
		if (!strcmp(named[i], s))
			return i;
	return -22;
}
int store(struct dev *d, const char *s, u32 id)
{
	d->row = s ? find_name(s) : find(id);
	return 0;
}

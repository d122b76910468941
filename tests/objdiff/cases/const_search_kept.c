// SPDX-License-Identifier: GPL-2.0
// The comparison keeps what it is given.
// refuse: const_escapes:tbl
#include "kernel.h"
struct e { int a, b; };
extern void *bsearch(const void *, const void *, u64, u64, int (*)(const void *, const void *));
static const struct e tbl[4] = { { 1, 2 }, { 3, PREPOST(4, 5) }, { 5, 6 }, { 7, 8 } };
const struct e *last;
static int cmp(const void *k, const void *e)
{
	last = e;
	return *(int *)k - ((const struct e *)e)->a;
}
int f(int a)
{
	const struct e *p = bsearch(&a, tbl, 4, 8, cmp);

	return p ? p->b : 0;
}

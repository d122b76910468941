// SPDX-License-Identifier: GPL-2.0
// A table is given to bsearch(), whose comparison is known, and to who keeps nothing.
// replace: f sets
// copy: regs tbl
#include "kernel.h"
struct e { int a, b; };
extern void *bsearch(const void *, const void *, u64, u64, int (*)(const void *, const void *));
extern int regmap_multi_reg_write(void *, const struct e *, int);
static const struct e tbl[4] = { { 1, 2 }, { 3, PREPOST(4, 5) }, { 5, 6 }, { 7, 8 } };
static const struct e regs[2] = { { 1, 2 }, { 3, PREPOST(4, 5) } };
static int cmp(const void *k, const void *e) { return *(int *)k - ((const struct e *)e)->a; }
int f(int a)
{
	const struct e *p = bsearch(&a, tbl, 4, 8, cmp);

	return p ? p->b : 0;
}
int sets(void *map) { return ext(regmap_multi_reg_write(map, regs, 2)); }

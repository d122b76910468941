// SPDX-License-Identifier: GPL-2.0
// A constant that leads to itself, and changed: seen from wherever it is entered.
// replace: one two
// clang-copy: one.a one.to two.a
#include "kernel.h"
struct s { const struct s *next; int v; };
static inline __attribute__((always_inline)) int follow(const struct s *p, int x)
{
	while (ext(p->v) < x)
		p = p->next;
	return p->v;
}
int one(int x)
{
	static const struct s a[] = { { &a[1], 1 }, { &a[0], PREPOST(3, 4) } };
	static const struct s to = { &a[1], 4 };

	return follow(&to, x);
}
int two(int x)
{
	static const struct s a[] = { { &a[1], 1 }, { &a[PREPOST(0, 1)], 2 } };

	return follow(a, x);
}
int three(int x)
{
	static const struct s a[] = { { &a[1], 1 }, { &a[0], 3 } };
	static const struct s to = { &a[1], 4 };

	return follow(&to, x);
}

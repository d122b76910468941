// SPDX-License-Identifier: GPL-2.0
// A constant that leads to itself is the same as itself.
// replace: g
#include "kernel.h"
struct s { const struct s *next; int v; };
extern int take(const struct s *);
int f(int x) { static const struct s a = { &a, 1 }; return take(&a); }
int ring(int x)
{
	static const struct s a[] = { { &a[1], 1 }, { &a[2], 2 }, { &a[0], 3 } };
	static const struct s to = { &a[1], 4 };

	return take(&to);
}
int g(int x) { return ext(PREPOST(1, 2)); }

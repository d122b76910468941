// SPDX-License-Identifier: GPL-2.0
// A long chain of constants is followed to its end.
// replace: changed
#include "kernel.h"
struct s { const struct s *next; int v; };
#define LINK(n, m) static const struct s c##n = { &c##m, n }
#define CHAIN(end)							\
	static const struct s c0 = { 0, end };				\
	LINK(1, 0); LINK(2, 1); LINK(3, 2); LINK(4, 3); LINK(5, 4);	\
	LINK(6, 5); LINK(7, 6); LINK(8, 7); LINK(9, 8); LINK(10, 9);	\
	LINK(11, 10); LINK(12, 11)
#define FOLLOW(p) do x += ext((p)->v); while (((p) = (p)->next))
int same(int x) { CHAIN(7); const struct s *p = &c12; FOLLOW(p); return x; }
int changed(int x) { CHAIN(PREPOST(8, 9)); const struct s *p = &c12; FOLLOW(p); return x; }

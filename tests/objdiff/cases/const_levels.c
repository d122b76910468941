// SPDX-License-Identifier: GPL-2.0
// Constants that lead to each other over two levels, of which the last changed: what
// is loaded from the first is as much an address of a changed one.
// cflags: -g -gdwarf-4
// refuse: const_escapes:up const_escapes:down const_escapes:by_literal const_escapes:own*
// clang-refuse: const_escapes:up const_escapes:down const_escapes:by_literal const_escapes:take_own.own
#include "kernel.h"

struct last { int n; };
struct middle { const struct last *last; int n; };
struct top { const struct middle *middle; int n; };
struct object { const void *kept; };

static const struct last last = { PREPOST(1, 2) };
static const struct middle m1 = { &last, 1 }, m2 = { &last, 2 };
static const struct top up[2] = { { &m1, PREPOST(3, 4) }, { &m2, 1 } };
int take_up(struct object *o, int i)
{
	o->kept = up[i & 1].middle;
	return up[i & 1].n;
}

static const struct top down[2];
static const struct middle m3, m4;
static const struct last end;
static const struct top down[2] = { { &m3, PREPOST(5, 6) }, { &m4, 1 } };
static const struct middle m3 = { &end, 3 }, m4 = { &end, 4 };
static const struct last end = { PREPOST(1, 2) };
int take_down(struct object *o, int i)
{
	o->kept = down[i & 1].middle;
	return down[i & 1].n;
}

static const struct middle by_literal[] = {
	{ &(const struct last){ PREPOST(7, 8) }, 1 }, { &(const struct last){ 9 }, 2 },
};
int take_literal(struct object *o, int i)
{
	o->kept = by_literal[i & 1].last;
	return by_literal[i & 1].n;
}

int take_own(struct object *o, int i)
{
	static const struct last one = { PREPOST(10, 11) }, two = { 12 };
	static const struct middle own[] = { { &one, 1 }, { &two, 2 } };

	o->kept = own[i & 1].last;
	return own[i & 1].n;
}

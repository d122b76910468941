// SPDX-License-Identifier: GPL-2.0
// An existing function stores a value in a new variable, and another one uses it as it is:
// to divide, as an index, as a pointer from a table, a struct or a number, or compared
// with another pointer. Or one counts what exists, and another one counts it off.
// cflags: -g
// refuse: set_at_boot:base set_at_boot:first set_at_boot:limit set_at_boot:state
// refuse: set_at_boot:table set_at_boot:users set_at_boot:where
// clang-refuse: set_at_boot:base set_at_boot:first set_at_boot:limit set_at_boot:state*
// clang-refuse: set_at_boot:table set_at_boot:users set_at_boot:where
#include "kernel.h"
struct dev { int id; struct dev *next; };
static int rows[8] = { 1, 2, 3 };
#ifdef POST
static u32 limit, users, where;
static struct dev *table[4], *first;
static struct { int n; struct dev *d; } state;
static u64 base;
#endif
int probe(struct dev *d)
{
#ifdef POST
	limit = ext(d->id);
	where = ext2(d->id);
	table[d->id & 3] = d;
	first = d;
	state.d = d;
	state.n = 1;
	base = (u64)d;
#endif
	return ext(d->id + 1);
}
#ifdef POST
#define NEW(post, pre)	post
#else
#define NEW(post, pre)	pre
#endif
int divides(u32 n) { return NEW(n / limit, n / 8); }
int indexes(int n) { return NEW(rows[where], rows[n & 7]); }
int from_table(int n) { return NEW(table[n & 3]->id, n); }
int from_struct(int n) { return NEW(state.d->id, n + 1); }
int from_number(int n) { return NEW(((struct dev *)base)->id, n + 2); }
int not_null(struct dev *d) { return NEW(first == d ? 1 : first->id, d->id + 3); }
void opens(void)
{
#ifdef POST
	users++;
#endif
	ext(2);
}
void closes(void)
{
#ifdef POST
	if (!--users)
		ext(3);
#endif
	ext2(2);
}

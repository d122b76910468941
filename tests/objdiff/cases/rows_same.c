// SPDX-License-Identifier: GPL-2.0
// Rows at the end, rows that change where they are, and rows that move in a table that
// is only gone through.
// cflags: -g
// only: gcc clang makes strings and code of some of these tables
// replace: starts shows quirk named walks
// copy: rows within quirks names list
#include "kernel.h"
extern int strcmp(const char *a, const char *b);
struct row { u32 id, regs, quirks; };
struct dev { int row; u32 id; };
static const struct row rows[] = {
	{ 10, 2, 1 }, { 20, 4, 2 }, { 30, 4, 4 },
#ifdef POST
	{ 5, 1, 3 },
#endif
};
static const u8 within[] = { 1, 0, PREPOST(0, 1), 0, 1, 2, PREPOST(3, 2) };
static const struct row quirks[] = {
#ifdef POST
	{ 77, 7, 7 },
#endif
	{ 1, 1, 1 }, { 2, 2, 2 }, { 3, 3, 3 }, { 4, 4, 4 }, { 5, 5, 5 }, { 6, 6, 6 },
	{ 7, 7, 7 }, { 8, 8, 8 }, { 9, 9, 9 }, { 11, 1, 1 }, { 12, 1, 1 }, { 13, 1, 1 },
};
static const char *const names[] = {
#ifdef POST
	"n0",
#endif
	"n1", "n2", "n3", "n4", "n5", "n6", "n7", "n8", "n9", "na", "nb",
};
static const struct row list[] = { { PREPOST(1, 2), 1, 1 }, { PREPOST(2, 1), 1, 1 }, {} };
int starts(struct dev *d) { return ext(rows[d->row].regs) + rows[d->row].quirks; }
int shows(struct dev *d) { return ext(within[d->row]); }
int quirk(struct dev *d)
{
	u32 i;

	for (i = 0; i < sizeof(quirks) / sizeof(*quirks); i++)
		if (quirks[i].id == d->id)
			return quirks[i].quirks;
	return 0;
}
int named(const char *s)
{
	u32 i;

	for (i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (!strcmp(names[i], s))
			return ext(1);
	return 0;
}
int walks(struct dev *d)
{
	const struct row *r;

	for (r = list; r->id; r++)
		if (r->id == d->id)
			return ext(r->regs);
	return 0;
}

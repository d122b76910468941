// SPDX-License-Identifier: GPL-2.0
// A row is put in front, two change places, the last one is taken away: what is kept of
// before, an index, a bit or a code, means another row now.
// cflags: -g
// only: gcc clang makes strings and code of some of these tables
// refuse: rows_moved:bits rows_moved:codes rows_moved:fewer rows_moved:inner rows_moved:modes rows_moved:rows
#include "kernel.h"
extern int match_string(const char *const *a, u64 n, const char *s);
extern int strcmp(const char *a, const char *b);
extern void seq_puts(void *m, const char *s);
struct row { u32 id, regs, quirks; };
struct dev { int mode, row; u32 flags; u8 code; };

#ifdef POST
static const char *const modes[] = { "off", "auto", "on" };
static const struct row rows[] = { { 5, 1, 3 }, { 10, 2, 1 }, { 20, 4, 2 }, { 30, 4, 4 } };
static const struct row fewer[] = { { 10, 2, 1 }, { 20, 4, 2 } };
static const char *const bits[] = { "discard", "barrier", "noatime", "quota", "a", "b", "c", "d", "e", "f", "g", "h" };
static const u8 codes[4] = { 3, 1, 2, 0 };
#else
static const char *const modes[] = { "off", "on" };
static const struct row rows[] = { { 10, 2, 1 }, { 20, 4, 2 }, { 30, 4, 4 } };
static const struct row fewer[] = { { 10, 2, 1 }, { 20, 4, 2 }, { 30, 4, 4 } };
static const char *const bits[] = { "discard", "noatime", "quota", "a", "b", "c", "d", "e", "f", "g", "h" };
static const u8 codes[4] = { 3, 1, 0, 2 };
#endif
int store(struct dev *d, const char *s)
{
	d->mode = match_string(modes, sizeof(modes) / 8, s);
	return 0;
}
int starts(struct dev *d) { return ext(rows[d->row].regs) + rows[d->row].quirks; }
int stops(struct dev *d) { return ext(fewer[d->row].regs); }
void show(struct dev *d, void *m)
{
	u32 i;

	for (i = 0; i < sizeof(bits) / 8; i++)
		if (d->flags & 1u << i)
			seq_puts(m, bits[i]);
}
void set(struct dev *d, u32 v) { d->code = codes[v & 3]; }
int local(struct dev *d)
{
	static const u32 inner[] = { PREPOST(70, 80), PREPOST(80, 70), 90 };

	return ext(inner[d->mode]);
}

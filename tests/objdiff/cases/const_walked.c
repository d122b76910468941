// SPDX-License-Identifier: GPL-2.0
// Gone through by a pointer, and handed to functions that give it back.
// replace: find show
// copy: table
#include "kernel.h"
struct entry { const char *name; int v; };
extern int strcmp(const char *a, const char *b);
extern int seq_printf(void *m, const char *fmt, ...);
static const struct entry table[] = {
	{ "one", 1 }, { "two", 2 }, { "three", PREPOST(3, 33) }, { "four", 4 }, { "five", 5 },
	{ "six", 6 }, { 0, 0 },
};
int find(const char *s)
{
	const struct entry *e;

	for (e = table; e->name; e++)
		if (!strcmp(e->name, s))
			return e->v;
	return -1;
}
void show(void *m)
{
	int i;

	for (i = 0; i < 6; i++)
		seq_printf(m, "%s %d", table[i].name, table[i].v);
}

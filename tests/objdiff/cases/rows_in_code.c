// SPDX-License-Identifier: GPL-2.0
// The compiler had made code of the small table, where each row has a bit: nothing tells
// where its rows were.
// cflags: -g
// only: gcc clang makes no code of it
// refuse: rows_moved:bits
#include "kernel.h"
extern void seq_puts(void *m, const char *s);
struct dev { u32 flags; };
#ifdef POST
static const char *const bits[] = { "discard", "barrier", "noatime", "quota" };
#else
static const char *const bits[] = { "discard", "noatime", "quota" };
#endif
void show(struct dev *d, void *m)
{
	u32 i;

	for (i = 0; i < sizeof(bits) / 8; i++)
		if (d->flags & 1u << i)
			seq_puts(m, bits[i]);
}

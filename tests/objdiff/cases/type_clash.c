// SPDX-License-Identifier: GPL-2.0
// Two functions have a type of the same name; that of the second one changed.
// cflags: -g -gdwarf-4
// refuse: type_changed:reads
#include "kernel.h"
noinline int first(void *p)
{
	struct header { char kind; } *h = p;

	return ext(h->kind);
}
int reads(void *p)
{
	struct header { PREPOST(int, long) magic; int n; } *h = p;

	return ext(h->n);
}

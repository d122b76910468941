// SPDX-License-Identifier: GPL-2.0
// A type that only the function knows, of data that others keep.
// cflags: -g -gdwarf-4
// refuse: type_changed:reads
#include "kernel.h"
int reads(void *p)
{
	struct header { PREPOST(int, long) magic; int n; } *h = p;

	return ext(h->n);
}

// SPDX-License-Identifier: GPL-2.0
// One more name for what was there already changes nothing.
// cflags: -g -gdwarf-4
// replace: reads
#include "kernel.h"
struct thing {
	int first;
#ifdef POST
	union { long curr; long donor; };
#else
	long curr;
#endif
};
int reads(struct thing *t) { return ext(t->curr) + PREPOST(1, 2); }

// SPDX-License-Identifier: GPL-2.0
// A member that moved: objects of the old layout exist.
// cflags: -g -gdwarf-4
// refuse: type_changed:reads
#include "kernel.h"
struct thing {
#ifdef POST
	int fresh;
#endif
	int old;
};
int reads(struct thing *t) { return ext(t->old); }
int other(int x) { return ext(x); }

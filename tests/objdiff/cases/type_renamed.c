// SPDX-License-Identifier: GPL-2.0
// Another name where one was: it may mean something else.
// cflags: -g -gdwarf-4
// refuse: type_changed:reads
#include "kernel.h"
struct thing { int PREPOST(refs, flags); int n; };
int reads(struct thing *t) { return ext(t->PREPOST(refs, flags)) + PREPOST(1, 2); }

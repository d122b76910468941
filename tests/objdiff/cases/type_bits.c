// SPDX-License-Identifier: GPL-2.0
// A bit field that grew into what was unused: old code leaves rubbish there.
// cflags: -g -gdwarf-5
// refuse: type_changed:reads
#include "kernel.h"
struct thing { unsigned int kind : PREPOST(3, 4); };
int reads(struct thing *t) { return ext(t->kind); }
int other(int x) { return ext(x); }

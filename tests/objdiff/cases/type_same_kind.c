// SPDX-License-Identifier: GPL-2.0
// Another name for a number of the same size and sign.
// cflags: -g -gdwarf-4
// replace: reads
#include "kernel.h"
struct thing { PREPOST(unsigned long, unsigned long long) a; PREPOST(long long, long) b; };
int reads(struct thing *t) { return ext(t->a + t->b) + PREPOST(1, 2); }

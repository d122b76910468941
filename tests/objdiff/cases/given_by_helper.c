// SPDX-License-Identifier: GPL-2.0
// Another function gives it to the same: it is what is called there.
// replace: expire start
// new: prepare
#include "kernel.h"
struct timer { void (*fn)(struct timer *); int n; };
extern void arm(struct timer *t);
static void expire(struct timer *t) { ext(t->n - PREPOST(1, 2)); }
#ifdef POST
static noinline void prepare(struct timer *t) { t->fn = expire; arm(t); }
void start(struct timer *t) { prepare(t); ext2(1); }
#else
void start(struct timer *t) { t->fn = expire; arm(t); ext2(1); }
#endif

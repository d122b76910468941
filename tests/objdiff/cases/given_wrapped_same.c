// SPDX-License-Identifier: GPL-2.0
// The inner half is what it was, and nobody is given it: who has it has no lock.
// refuse: function_gone:expire
#include "kernel.h"
struct timer { void (*fn)(struct timer *); int lock, n; };
extern void lock(int *l), unlock(int *l), arm(struct timer *t);
static noinline void expire(struct timer *t) { ext(--t->n); }
#ifdef POST
static void expire_locked(struct timer *t) { lock(&t->lock); expire(t); unlock(&t->lock); }
#endif
void flush(struct timer *t) { expire(t); ext2(1); }
void start(struct timer *t) { t->fn = PREPOST(expire, expire_locked); arm(t); }

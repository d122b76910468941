// SPDX-License-Identifier: GPL-2.0
// Timers that are armed hold expire(), which is the inner half now: without the lock.
// refuse: function_gone:expire
#include "kernel.h"
struct timer { void (*fn)(struct timer *); int lock, n; };
extern void lock(int *l), unlock(int *l), arm(struct timer *t);
#ifdef POST
static noinline void expire(struct timer *t) { ext(--t->n); }
static void expire_locked(struct timer *t) { lock(&t->lock); expire(t); unlock(&t->lock); }
void flush(struct timer *t) { lock(&t->lock); expire(t); unlock(&t->lock); }
void start(struct timer *t) { t->fn = expire_locked; arm(t); }
#else
static noinline void expire(struct timer *t) { lock(&t->lock); ext(--t->n); unlock(&t->lock); }
void flush(struct timer *t) { expire(t); ext2(1); }
void start(struct timer *t) { t->fn = expire; arm(t); }
#endif

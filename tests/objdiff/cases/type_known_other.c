// SPDX-License-Identifier: GPL-2.0
// A pointer leads to another struct now, which the old object had as well.
// cflags: -g -gdwarf-4
// refuse: type_changed:casts type_changed:reads
#include "kernel.h"
struct file { void *priv; };
struct narrow { int n, flags; };
struct wide { u64 n; int flags; };
struct only_here { int a, b; };
int reads(struct file *f) { struct PREPOST(narrow, wide) *p = f->priv; return ext(p->flags); }
int both(struct narrow *a, struct wide *b) { return ext(a->n + b->n); }
/* by another name, and the old one is gone */
#ifdef POST
int casts(struct file *f) { struct wide *w = f->priv; return ext2(w->flags); }
#else
int casts(struct file *f) { struct only_here *o = f->priv; return ext2(o->b); }
#endif

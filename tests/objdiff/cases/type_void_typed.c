// SPDX-License-Identifier: GPL-2.0
// It has a pointer to another thing, which comes from where a type says so.
// cflags: -g -gdwarf-4
// replace: by_call by_member by_variable
#include "kernel.h"
struct a { int n, flags; };
struct b { u64 n; int flags; };
struct file { void *priv; struct b *b; struct a *a; };
extern struct a *find_a(int);
struct a the_a;
extern struct b *find_b(int);
struct b the_b;
#ifdef POST
#define T struct b
#define NAME(x) x##b
#else
#define T struct a
#define NAME(x) x##a
#endif
int by_member(struct file *f) { T *NAME(p) = f->NAME(); return ext(NAME(p)->flags); }
int by_call(int x) { T *NAME(p) = NAME(find_)(x); return NAME(p) ? ext(NAME(p)->flags) : 0; }
int by_variable(int x) { T *NAME(p) = x ? &NAME(the_) : 0; return ext2(NAME(p)->flags); }
int both(struct a *a, struct b *b) { return ext(a->n + b->n); }

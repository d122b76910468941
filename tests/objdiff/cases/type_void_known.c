// SPDX-License-Identifier: GPL-2.0
// A void pointer leads to another thing now, of which both objects know: a struct under
// another name of the variable, a number, an array, a function.
// cflags: -g -gdwarf-4
// refuse: type_changed:array type_changed:calls type_changed:number type_changed:opens
#include "kernel.h"
struct file { void *priv; };
struct a { int n, flags; };
struct b { u64 n; int flags; };
struct x { int a; };
extern void *alloc(u64);
#ifdef POST
#define T struct b
#define NAME(x) b_##x
#else
#define T struct a
#define NAME(x) a_##x
#endif
int opens(struct file *f)
{
	T *NAME(new) = alloc(16);

	NAME(new)->flags = 3;
	f->priv = NAME(new);
	return 0;
}
int reads(struct file *f) { T *NAME(there) = f->priv; return ext(NAME(there)->flags); }
int both(struct a *a, struct b *b) { return ext(a->n + b->n); }
int number(struct file *f) { PREPOST(int, long) *p = f->priv; return ext(p[1]); }
int array(struct file *f) { PREPOST(u8, u32) (*p)[16] = f->priv; return ext((*p)[3]); }
int calls(struct file *f, struct x *x) { int (*fn)(PREPOST(int, struct x *)) = f->priv; return fn(PREPOST(x->a, x)); }

// SPDX-License-Identifier: GPL-2.0
// Structs without a name, that a variable, a cast or a parameter leads to.
// cflags: -g -gdwarf-4
// refuse: type_changed:by_cast type_changed:by_parameter type_changed:by_typedef type_changed:by_variable
#include "kernel.h"
#define MEMBERS	{ PREPOST(int users; int limit;, int limit; int users;) }
struct file { void *priv; };
typedef struct MEMBERS *handle;
typedef struct { int x; PREPOST(int y; int z;, int z; int y;) } point;
int by_variable(struct file *f) { struct { int a; PREPOST(int b; int c;, int c; int b;) } *p = f->priv; return ext(p->b); }
int by_parameter(handle h) { return ext(h->users); }
int by_cast(struct file *f) { return ext2(((struct { u64 a; PREPOST(int b; int c;, int c; int b;) } *)f->priv)->b); }
int by_typedef(struct file *f) { point *p = f->priv; return ext(p->y); }

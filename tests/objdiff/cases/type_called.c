// SPDX-License-Identifier: GPL-2.0
// Structs of another name that are the same, and such as are really new.
// cflags: -g -gdwarf-4
// replace: allocates dumps macros reads uses_new walks
#include "kernel.h"
struct file { void *priv; };
extern void *alloc(u64 size);
struct PREPOST(conn, conn_ctx) { struct PREPOST(conn, conn_ctx) *next, *all[2]; int len; };
int reads(struct file *f) { struct PREPOST(conn, conn_ctx) *c = f->priv; return ext(c->len) + PREPOST(1, 2); }
int walks(struct file *f) { struct PREPOST(conn, conn_ctx) *PREPOST(c, pos) = f->priv; return ext(PREPOST(c, pos)->next->len) + PREPOST(1, 2); }
struct known { int a, b; };
#ifdef POST
/* nothing is gone */
struct fresh { int x, y, z; };
int uses_new(struct file *f) { struct fresh *n = alloc(sizeof(*n)); n->y = 1; f->priv = n; return 0; }
int dumps(struct known *k) { struct known copy = *k; struct { int sum; } local = { copy.a + copy.b }; return ext(local.sum); }
#else
int uses_new(struct file *f) { f->priv = 0; return 0; }
int dumps(struct known *k) { return ext(k->a); }
#endif
/* a macro's variable is of the type of what it was given */
#define READ(x)	({ typeof(x) __x = (x); __x; })
int macros(struct known *k, struct file *f) { return ext(PREPOST(READ(k)->a, READ(f) != 0)); }
int allocates(struct file *f) { struct known *k = f->priv; return ext(k->b + PREPOST(1, 2)); }

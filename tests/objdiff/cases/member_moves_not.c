// SPDX-License-Identifier: GPL-2.0
// One function alone used the wrong member; two use another one, but none writes it; two
// use members of different types; two look at another one besides; one goes on to the next
// part of the object by a pointer; two compute an address of what they used before; two
// take another lock, and give it back.
// cflags: -g
// replace: asks_a asks_b beside_a beside_b locks_a locks_b mends other_a other_b unlinks_a unlinks_b walks_a walks_b
#include "kernel.h"
struct part { long a, b; };
struct object { u64 busy, users, limit; u32 flags; int state; struct part first, second; };
void mends(struct object *o) { PREPOST(o->busy, o->users)++; ext(1); }
int asks_a(struct object *o) { return PREPOST(o->limit, o->busy) > 3 ? ext(2) : 0; }
int asks_b(struct object *o) { return PREPOST(o->limit, o->busy) > 4 ? ext(3) : 0; }
void other_a(struct object *o) { PREPOST(o->flags, o->state) = 1; ext(4); }
int other_b(struct object *o) { return PREPOST(o->flags, o->state) ? ext(5) : 0; }
void beside_a(struct object *o) { o->second.a = 1; PREPOST(, o->second.b = 2;) ext(6); }
long beside_b(struct object *o) { return o->second.a + PREPOST(0, o->second.b) + ext(7); }
static inline long part(struct part *p, int n)
{
	p->a += n;
	return PREPOST(p->a, p->b ? p->a : p->b) + ext(n);
}
long walks_a(struct object *o) { return part(&o->first, 8) + part(&o->second, 9); }
long walks_b(struct object *o) { return part(&o->first, 10); }
struct list { struct list *next, *prev; };
struct linked { struct list all; int v; struct list idle; };
static inline void del(struct list *l)
{
	l->next->prev = l->prev;
	l->prev->next = l->next;
	l->next = PREPOST((void *)0x100, l);
	l->prev = PREPOST((void *)0x122, l);
}
void unlinks_a(struct linked *o) { del(&o->idle); ext(o->v); }
void unlinks_b(struct linked *o) { ext(8); del(&o->idle); o->v = 1; }
struct mutex { int v; };
struct locked { int v; struct mutex first, second; };
extern void mutex_lock(struct mutex *), mutex_unlock(struct mutex *);
void locks_a(struct locked *o)
{
	mutex_lock(PREPOST(&o->first, &o->second));
	o->v++;
	mutex_unlock(PREPOST(&o->first, &o->second));
}
int locks_b(struct locked *o)
{
	int v;

	mutex_lock(PREPOST(&o->first, &o->second));
	v = o->v;
	mutex_unlock(PREPOST(&o->first, &o->second));
	return v;
}

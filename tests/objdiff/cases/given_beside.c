// SPDX-License-Identifier: GPL-2.0
// A pointer that is stored beside the address of a callback is another one now: a part of
// the object, or another object. What was submitted before has the old one. Where both
// change, but the pointer is the same, all is right.
// refuse: call_changed:done_part call_changed:done_parent
// cflags: -g
#include "kernel.h"
struct request { void (*fn)(struct request *); void *flags, *data; };
struct object { int v; struct object *parent; int w; };
extern void submit(struct request *);
static void done_part(struct request *r)
{
	int *p = r->data;

	ext(PREPOST(((struct object *)p)->w, *p));
}
void start_part(struct request *r, struct object *o)
{
	r->fn = done_part;
	r->data = PREPOST((void *)o, (void *)&o->w);
	submit(r);
}
static void done_parent(struct request *r)
{
	struct object *o = r->data;

	ext(PREPOST(o->parent->w, o->w));
}
void start_parent(struct request *r, struct object *o)
{
	r->data = PREPOST(o, o->parent);
	r->fn = done_parent;
	submit(r);
}
static void done_same(struct request *r)
{
	struct object *o = r->data;

	ext(PREPOST(o->v, o->w));
}
void start_same(struct request *r, struct object *o)
{
	ext(PREPOST(1, 2));
	r->fn = done_same;
	r->data = o->parent;
	submit(r);
}

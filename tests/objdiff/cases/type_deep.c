// SPDX-License-Identifier: GPL-2.0
// A changed struct that is reached however deep: by pointers, by members within members,
// by what a function or a callback returns, by a struct without a name. A function that
// can't follow the pointer that it gets is right.
// cflags: -g -gdwarf-5
// refuse: type_changed:callback type_changed:called type_changed:members
// refuse: type_changed:pointers type_changed:unnamed
#include "kernel.h"
#define STRUCT(name) struct name { PREPOST(int a; int b;, int b; int a;) }
STRUCT(far1); STRUCT(far2); STRUCT(far3); STRUCT(far4); STRUCT(far5);
struct e4 { int n; struct far1 in; }; struct e3 { int n; struct e4 in[2]; };
struct e2 { int n; struct e3 in; }; struct e1 { int n; struct e2 in; };
struct p4 { struct far2 *p; }; struct p3 { struct p4 *p; }; struct p2 { struct p3 *p; };
struct p1 { struct p2 *p; }; struct p0 { struct p1 *p; };
struct ops { struct far4 *(*get)(int); };
struct shut;
extern struct far3 *find(int x);
extern void use(struct shut *s, int n);
int members(struct e1 *e, int i) { return e->in.in.in[i].in.a + ext(1); }
int pointers(struct p0 *p) { return p->p->p->p->p->p->a + ext(2); }
int called(int x) { return find(x)->a + ext(3); }
int callback(struct ops *o) { return o->get(1)->a + ext(4); }
int unnamed(void *p) { struct { int n; struct far5 *r; } *s = p; return s->r->a + ext(5); }
int other(struct shut *s) { use(s, PREPOST(1, 2)); return ext(6); }

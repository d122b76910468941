// SPDX-License-Identifier: GPL-2.0
// What looks like a second name, but moves a member, adds one, or is an array of more.
// cflags: -g -gdwarf-5
// refuse: type_changed:adds type_changed:counts type_changed:moves type_changed:pads type_changed:takes_name
#include "kernel.h"
/* behind the alignment of the group */
struct moving { char c; PREPOST(char a; int b;, union { struct { char a; int b; }; struct { char a; int b; } both; };) };
/* one of the group's members is new */
struct adding { int a; PREPOST(int b;, union { int b; struct { int b; int fresh; } both; };) };
struct padded { PREPOST(int a; int b;, union { struct { int a; int b; }; struct { int a; int b; } __attribute__((aligned(16))) both; };) int c; };
/* not all of an array */
struct counted { int a; PREPOST(int b[4];, union { int b[4]; struct { int b0; } all[4]; };) };
/* the old name is gone */
struct named { PREPOST(int a; int b;, struct { int a; int b; } both;) };

int moves(struct moving *t) { return ext(t->b); }
int adds(struct adding *t) { return ext(t->b) + PREPOST(1, 2); }
int pads(struct padded *t) { return ext(t->b) + PREPOST(1, 2); }
int counts(struct counted *t) { return ext(t->b[1]) + PREPOST(1, 2); }
int takes_name(struct named *t) { return ext(PREPOST(t->a, t->both.a)) + PREPOST(1, 2); }

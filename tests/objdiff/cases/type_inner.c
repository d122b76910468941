// SPDX-License-Identifier: GPL-2.0
// Within a struct that has no name members changed places, its size is the same.
// cflags: -g -gdwarf-4
// refuse: type_changed:reads type_changed:reads_array type_changed:reads_pointer
#include "kernel.h"
struct thing { int n; struct { int PREPOST(a, b), PREPOST(b, a); } in; };
struct array { int n; struct { int PREPOST(a, b), PREPOST(b, a); } in[3]; };
struct pointer { int n; struct { int PREPOST(a, b), PREPOST(b, a); } *in; };
int reads(struct thing *t) { return ext(t->in.b); }
int reads_array(struct array *t) { return ext(t->in[2].b); }
int reads_pointer(struct pointer *t) { return ext(t->in->b); }
int other(struct thing *t) { return ext(t->n); }

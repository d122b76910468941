// SPDX-License-Identifier: GPL-2.0
// Two functions agree on another member of existing objects: one that counts, one that
// points, a lock that one takes and the other gives back, the node of a list. Others go on
// to use the old one. Which one is told first is all the same.
// cflags: -g
// refuse: state_renamed:cur
#include "kernel.h"
struct object { long *cur, *alt; int x; };
void set(struct object *o, long *p) { PREPOST(o->cur, o->alt) = p; ext(1); }
long get(struct object *o) { return *PREPOST(o->cur, o->alt) + ext(2); }
long shows_cur(struct object *o) { return o->cur != 0; }
void sets_alt(struct object *o, long *p) { o->alt = p; }

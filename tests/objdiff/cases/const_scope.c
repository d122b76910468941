// SPDX-License-Identifier: GPL-2.0
// Two functions have a constant of one name and contents each: their addresses are
// what tells objects apart, and who takes the other's has changed.
// cflags: -g -gdwarf-4
// replace: is_left
#include "kernel.h"

struct object {
	const void *owner;
};

static inline const void *left(void) { static const int mark = 1; return &mark; }
static inline const void *right(void) { static const int mark = 1; return &mark; }
void own_left(struct object *o) { o->owner = left(); }
void own_right(struct object *o) { o->owner = right(); }
int is_left(struct object *o) { return o->owner == PREPOST(right, left)(); }

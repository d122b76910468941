// SPDX-License-Identifier: GPL-2.0
// Rows of a table of functions moved, and objects hold indexes into it. What stands before
// the place in the code sets the register to a constant, but does not lead there. And
// clang does not say the size of a pointer.
// cflags: -g
// refuse: rows_moved:handlers
#include "kernel.h"
struct object { u32 index; };
static int first(int x) { return ext(x); }
static int second(int x) { return ext2(x); }
static int (*const handlers[])(int) = { PREPOST(first, second), PREPOST(second, first) };
int run(struct object *o, int x) { return o->index < 2 ? handlers[o->index](x) : 0; }
void set(struct object *o, int x) { o->index = PREPOST(x ? 1 : 0, x ? 0 : 1); ext(1); }

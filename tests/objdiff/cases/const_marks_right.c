// SPDX-License-Identifier: GPL-2.0
// One looked for the wrong mark, one gave the wrong one, and one looks for both now.
// replace: has_any is_first mark
#include "kernel.h"
struct ops { int (*f)(int); int n; };
struct obj { const struct ops *ops; };
static const struct ops first = { ext, 1 }, second = { ext2, 2 };
void be_first(struct obj *o) { o->ops = &first; }
void be_second(struct obj *o) { o->ops = &second; }
int is_first(struct obj *o) { return o->ops == &PREPOST(second, first) ? ext(1) : 0; }
void mark(struct obj *o, int x) { o->ops = x > 5 ? &first : &PREPOST(first, second); }
int has_any(struct obj *o) { return o->ops == &first || PREPOST(0, o->ops == &second) ? ext(2) : 0; }

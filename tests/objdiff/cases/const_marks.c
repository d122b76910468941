// SPDX-License-Identifier: GPL-2.0
// Objects get another mark, and new code looks for that one; the old mark is still used.
// refuse: const_escapes:kept const_escapes:old
#include "kernel.h"
struct ops { int (*f)(int); int n; };
struct obj { const struct ops *ops; };
static const struct ops kept = { ext, 1 }, other = { ext2, 2 }, old = { ext, 3 };
#ifdef POST
static const struct ops new = { ext, 4 };
#endif
void start(struct obj *o) { o->ops = &PREPOST(kept, other); }
int is_started(struct obj *o) { return o->ops == &PREPOST(kept, other); }
void keep(struct obj *o) { o->ops = &kept; }
void be_other(struct obj *o) { o->ops = &other; }
void begin(struct obj *o) { o->ops = &PREPOST(old, new); }
int is_begun(struct obj *o) { return o->ops == &PREPOST(old, new); }
void be_old(struct obj *o) { o->ops = &old; }

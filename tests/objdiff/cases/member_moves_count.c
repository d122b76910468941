// SPDX-License-Identifier: GPL-2.0
// A count that is kept in another member of existing objects; within a struct in them.
// cflags: -g
// refuse: state_renamed:busy
#include "kernel.h"
struct counts { int kind; u64 busy, users; };
struct object { int x; struct counts in; };
void get(struct object *o) { PREPOST(o->in.busy, o->in.users)++; ext(1); }
void put(struct object *o) { if (!--PREPOST(o->in.busy, o->in.users)) ext(2); }
u64 busy(struct object *o) { return o->in.busy + ext2(5); }
u64 users(struct object *o) { return o->in.users + ext2(6); }

// SPDX-License-Identifier: GPL-2.0
// The same number by another name is another thing: a time in other units, say. Old
// objects and variables have the old one. A name for the old name is the same thing, and
// so is another name for a number of some size.
// cflags: -g -gdwarf-4
// refuse: type_changed:elapsed type_changed:passed type_changed:plain
#include "kernel.h"
typedef u64 ms_t;
typedef u64 ticks_t;
typedef ms_t our_ms_t;
typedef unsigned long __u64;
struct object { PREPOST(ms_t, ticks_t) time; };
struct fine { PREPOST(ms_t, our_ms_t) time; PREPOST(u64, __u64) n; PREPOST(unsigned long, u64) m; };
static PREPOST(ms_t, ticks_t) last;
static PREPOST(u64, ticks_t) next[4];
u64 elapsed(struct object *o) { return PREPOST(o->time / 4, o->time) + ext(1); }
u64 passed(void) { return PREPOST(last / 4, last) + ext(2); }
u64 plain(int i) { return PREPOST(next[i] / 4, next[i]) + ext(3); }
void sets(u64 n) { last = n; next[2] = n; }
u64 fine(struct fine *f) { return f->time + f->n + f->m + ext(PREPOST(1, 2)); }

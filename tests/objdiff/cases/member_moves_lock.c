// SPDX-License-Identifier: GPL-2.0
// One function takes the lock of an object and another one gives it back; both now another
// lock. The old one may be held.
// cflags: -g
// refuse: state_renamed:first
#include "kernel.h"
struct mutex { int v; };
struct object { struct mutex first, second; int n; };
extern void mutex_lock(struct mutex *), mutex_unlock(struct mutex *);
void begin(struct object *o) { mutex_lock(PREPOST(&o->first, &o->second)); ext(1); }
void end(struct object *o) { ext(2); mutex_unlock(PREPOST(&o->first, &o->second)); }
void other(struct object *o) { mutex_lock(&o->first); o->n++; mutex_unlock(&o->first); }

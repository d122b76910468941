// SPDX-License-Identifier: GPL-2.0
// cflags: -g -gdwarf-4

// A lock holds nothing when nobody is inside: another one may take its place.
// replace: g
// gone: b
#include "kernel.h"
struct mutex { int owner, waiters; };
extern void mutex_lock(struct mutex *m), mutex_unlock(struct mutex *m);
static struct mutex a;
#ifndef POST
static struct mutex b;
#endif
static int x, y;
int f(int v) { mutex_lock(&a); x += v; mutex_unlock(&a); return x; }
int g(int v) { mutex_lock(&PREPOST(b, a)); y += v; mutex_unlock(&PREPOST(b, a)); return y; }

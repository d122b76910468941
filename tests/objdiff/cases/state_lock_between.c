// SPDX-License-Identifier: GPL-2.0
// cflags: -g -gdwarf-4
// A lock that one function takes and another gives up may be held between the two.
// refuse: state_renamed:b
#include "kernel.h"
struct mutex { int owner, waiters; };
extern void mutex_lock(struct mutex *m), mutex_unlock(struct mutex *m);
static struct mutex a;
#ifndef POST
static struct mutex b;
#endif
static int x, y;
int f(int v) { mutex_lock(&a); x += v; mutex_unlock(&a); return x; }
int begin(int v) { mutex_lock(&PREPOST(b, a)); return y + v; }
void end(int v) { y = v; mutex_unlock(&PREPOST(b, a)); ext(v); }

// SPDX-License-Identifier: GPL-2.0
// What counts the others by its name, but gets to where it is kept.
// cflags: -g -gdwarf-4
// refuse: enum_changed:enum?{?ARG_A?} enum_changed:enum?{?HEAP_A?} enum_changed:enum?{?SUM_A?} enum_changed:enum?state
#include "kernel.h"
#ifdef POST
#define NEW(x) x,
#else
#define NEW(x)
#endif
enum state { STATE_NEW, STATE_RUN, NEW(STATE_STOP) STATE_LAST };
enum { ARG_A = 20, ARG_B, NEW(ARG_C) ARG_MAX };
enum { SUM_A = 40, SUM_B, NEW(SUM_C) SUM_NUM };
enum { HEAP_A = 60, HEAP_B, NEW(HEAP_C) HEAP_COUNT };
struct thing { enum state state; int n; };
extern void *alloc(long size);
extern void set_mode(struct thing *t, int mode);
static noinline void set(struct thing *t, int s) { if (t->state != s) { ext(1); t->state = s; } }
void done(struct thing *t) { set(t, STATE_LAST); }
/* a function of another file may keep it */
void arg(struct thing *t) { set_mode(t, ARG_MAX); }
void sum(struct thing *t) { t->n += SUM_NUM; }
/* an array of the running kernel has less */
void *heap(void) { return alloc(HEAP_COUNT); }

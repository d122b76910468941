// SPDX-License-Identifier: GPL-2.0
// What the running kernel was given the address of is called in the old way.
// cflags: -g -gdwarf-4
// refuse: call_changed:by_table call_changed:expires call_changed:for_all call_changed:in_struct call_changed:out_of_sight
// refuse: call_changed:returns
#include "kernel.h"
struct job { u64 id; int n; };
extern void later(void *fn, void *arg);
struct work { void *fn; };
#ifdef POST
static void expires(struct job *j) { ext(j->n); }
static int by_table(int x, long *res) { *res = ext(x); return 0; }
static void returns(int x) { ext(x); ext2(x); }
void for_all(u64 x, int y) { ext(x + y); }
static void in_struct(struct job j) { ext(j.n); }
static void out_of_sight(u64 x) { ext(x >> 8); }
#else
static void expires(u64 id) { ext(id); }
static int by_table(int x) { return ext(x); }
static int returns(int x) { return ext(x); }
void for_all(int x) { ext(x); }
static void in_struct(struct job *j) { ext(j->n); }
static void out_of_sight(int x) { ext(x); }
#endif
static const struct work table[] = { { by_table }, { returns } };
static struct work single = { in_struct };
const void *find(int x) { return &table[x]; }
void *one(void) { return &single; }
/* a helper of the file passes it on */
static noinline void pass(void *fn, void *arg) { later(fn, arg); }
void arms(struct job *j) { later(expires, PREPOST((void *)j->id, j)); pass(out_of_sight, j); }
/* one that others know, with a caller in the update */
#ifdef POST
#define CALL(x) for_all(x, 0)
#else
#define CALL(x) for_all(x)
#endif
void calls(int x) { CALL(x); }
void arms_too(struct job *j) { later(for_all, j); }

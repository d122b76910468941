// SPDX-License-Identifier: GPL-2.0
// Callbacks whose callers pass what they take, and such as nobody outside has.
// cflags: -g -gdwarf-4
// replace: compares each* fewer fresh_user other_pointer starts unsigned_now user
// new: fresh_cb
#include "kernel.h"
struct job { int n; };
extern void later(void *fn, void *arg);
static void other_pointer(PREPOST(struct job, void) *p) { ext(((struct job *)p)->n + PREPOST(1, 2)); }
static int unsigned_now(PREPOST(int, unsigned int) x) { return ext(x + PREPOST(1, 2)); }
#ifdef POST
static void fewer(struct job *j) { ext(j->n); }
#else
static void fewer(struct job *j, int x) { ext(j->n + x); }
#endif
void starts(struct job *j) { later(other_pointer, j); later(unsigned_now, 0); later(fewer, j); ext(PREPOST(1, 2)); }
/* only code of this file calls it by its pointer, and comes along */
#ifdef POST
static noinline int compares(int a, long b) { return ext(a - b); }
static noinline int each(int (*cmp)(int, long), int n) { return cmp(n, 7) + cmp(1, n); }
#else
static noinline int compares(int a) { return ext(a); }
static noinline int each(int (*cmp)(int), int n) { return cmp(n) + cmp(1); }
#endif
int user(int n) { return each(compares, n) + PREPOST(1, 2); }
/* its address is new to the kernel */
#ifdef POST
static void fresh_cb(struct job *j) { ext2(j->n); }
void fresh_user(struct job *j) { later(fresh_cb, j); }
#else
void fresh_user(struct job *j) { ext2(j->n); }
#endif

// SPDX-License-Identifier: GPL-2.0
// A list under another name: its entries go on.
// cflags: -g -gdwarf-4
// replace: other
#include "kernel.h"
struct list { struct list *n, *p; };
static struct list PREPOST(foo, bar) = { &PREPOST(foo, bar), &PREPOST(foo, bar) };
extern void list_add(struct list *, struct list *);
void add(struct list *l) { list_add(l, &PREPOST(foo, bar)); ext(1); }
int any(void) { return PREPOST(foo, bar).n != &PREPOST(foo, bar); }
int other(int x) { return ext(PREPOST(1, 2)); }

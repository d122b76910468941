// SPDX-License-Identifier: GPL-2.0
// cflags: -g -gdwarf-4

// Another file's list takes the place of this one's.
// refuse: state_renamed:mine
#include "kernel.h"
struct item { struct item *next; int v; };
extern struct item *everybodys;
#ifndef POST
static struct item *mine;
#endif
void add(struct item *i) { i->next = PREPOST(mine, everybodys); PREPOST(mine, everybodys) = i; }
int first(void) { return PREPOST(mine, everybodys)->v + 1; }

// SPDX-License-Identifier: GPL-2.0
// Another file's variable of a struct without a name.
// cflags: -g -gdwarf-4
// refuse: type_changed:array type_changed:counts type_changed:pointer
// only: gcc clang describes no variables of other files
#include "kernel.h"
#define MEMBERS	{ PREPOST(int users; int limit;, int limit; int users;) }
extern struct MEMBERS stats;
extern struct { int n; struct MEMBERS in[4]; } table[2];
extern struct MEMBERS *first;
int counts(int x) { stats.users += x; return ext(stats.users); }
int array(int x) { return ext(table[x].in[x].users); }
int pointer(void) { return ext(first->users); }

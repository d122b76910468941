// SPDX-License-Identifier: GPL-2.0
// Its author says that the new one begins anew.
// cflags: -g -gdwarf-4
// options: --state-of =fresh
// replace: get
// new: fresh
#include "kernel.h"
static int old;
#ifdef POST
static int fresh;
#endif
int get(int x) { return ext(x + PREPOST(old, fresh)++); }
void set(int x) { old = x; }
int show(void) { return old; }

// SPDX-License-Identifier: GPL-2.0
// Reached by a pointer in a struct that did not change.
// cflags: -g -gdwarf-4
// refuse: type_changed:reads
#include "kernel.h"
struct inner { long a; PREPOST(int, long) b; int c; };
struct outer { int n; struct inner *in; };
extern struct outer *find(void);
int reads(void) { return ext(find()->in->c); }

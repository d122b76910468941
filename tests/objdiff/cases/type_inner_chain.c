// SPDX-License-Identifier: GPL-2.0
// Reached by a pointer in a struct that has no name.
// cflags: -g -gdwarf-4
// refuse: type_changed:reads
#include "kernel.h"
struct inner { long a; PREPOST(int, long) b; int c; };
struct outer { int n; struct { struct inner *in; } ref; };
extern struct outer *find(void);
int reads(void) { return ext(find()->ref.in->c); }

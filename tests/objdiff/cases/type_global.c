// SPDX-License-Identifier: GPL-2.0
// Reached by a variable.
// cflags: -g -gdwarf-4
// refuse: type_changed:reads
// only: gcc clang describes no variables of other files
#include "kernel.h"
struct inner { long a; PREPOST(int, long) b; int c; };
extern struct inner *root;
int reads(void) { return ext(root->c); }

// SPDX-License-Identifier: GPL-2.0
// What was compiled has lost all: the table that pointed to it, too.
// refuse: function_gone:handler
#include "kernel.h"
#ifndef POST
struct ops { int (*fn)(int); };
static int handler(int x) { return ext(x); }
struct ops ops = { handler };
#endif

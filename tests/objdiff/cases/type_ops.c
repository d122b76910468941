// SPDX-License-Identifier: GPL-2.0
// The prototype of a function pointer is a part of the type.
// cflags: -g -gdwarf-4
// refuse: type_changed:calls
#include "kernel.h"
struct ops { int (*run)(int, PREPOST(int, long)); };
int calls(const struct ops *o) { return o->run(1, 2) + PREPOST(1, 2); }

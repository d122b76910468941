// SPDX-License-Identifier: GPL-2.0
// A function that other files call is no longer there: not "no change".
// refuse: function_gone:called
#include "kernel.h"
#ifndef POST
int called(int x) { return ext(x); }
#endif
int other(int x) { return ext2(x); }

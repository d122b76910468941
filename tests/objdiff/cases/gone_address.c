// SPDX-License-Identifier: GPL-2.0
// Old code that was reached by its address only. It used to be taken, with a range for
// handler(): but who was given that goes on to call it, and what was fixed is not in it.
// refuse: function_gone:handler
#include "kernel.h"
extern int every_second(int (*fn)(int));
#ifdef POST
static int handler_checked(int x) { return x > 3 ? ext(x) : 0; }
int start(void) { return every_second(handler_checked); }
#else
static int handler(int x) { return ext(x); }
int start(void) { return every_second(handler); }
#endif

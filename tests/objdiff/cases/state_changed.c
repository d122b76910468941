// SPDX-License-Identifier: GPL-2.0
// Another name, and code that differs in more than the name: it may mean another
// thing. That another function is as it was does not tell.
// cflags: -g -gdwarf-4
// refuse: state_renamed:scaled
#include "kernel.h"
static int PREPOST(value, scaled);
int f(int x) { return ext(PREPOST(value, scaled / 16) + x); }
int set(int x) { PREPOST(value, scaled) = x; return ext2(x); }

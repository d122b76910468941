// SPDX-License-Identifier: GPL-2.0
// cflags: -g -gdwarf-4

// An element of an array that is used anyway, but not this one of it.
// refuse: state_renamed:refs
#include "kernel.h"
int counts[4];
#ifndef POST
static int refs;
#endif
void get(void) { PREPOST(refs, counts[2])++; counts[0]++; }
void put(void) { counts[1]++; if (!--PREPOST(refs, counts[2])) ext(1); }

// SPDX-License-Identifier: GPL-2.0
// cflags: -g -gdwarf-4

// The other way round: an element of an array is a variable of its own.
// refuse: state_renamed:refs
#include "kernel.h"
int counts[4];
#ifdef POST
static int refs;
#endif
void get(void) { PREPOST(counts[2], refs)++; counts[0]++; }
void put(void) { counts[1]++; if (!--PREPOST(counts[2], refs)) ext(1); }

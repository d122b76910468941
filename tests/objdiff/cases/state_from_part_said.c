// SPDX-License-Identifier: GPL-2.0
// cflags: -g -gdwarf-4

// ... and begins anew, as the author says.
// options: --state-of =refs
// replace: get put
// new: refs
#include "kernel.h"
int counts[4];
#ifdef POST
static int refs;
#endif
void get(void) { PREPOST(counts[2], refs)++; counts[0]++; }
void put(void) { counts[1]++; if (!--PREPOST(counts[2], refs)) ext(1); }

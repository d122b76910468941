// SPDX-License-Identifier: GPL-2.0
// cflags: -g -gdwarf-4

// The same in each CPU's data.
// refuse: state_renamed:pinned
#include "kernel.h"
static int used __percpu_data;
#ifndef POST
static int pinned __percpu_data;
#endif
void pin(void) { PREPOST(pinned, used)++; }
void unpin(void) { if (!--PREPOST(pinned, used)) ext(0); }
void get(void) { used++; }
void put(void) { if (!--used) ext(1); }

// SPDX-License-Identifier: GPL-2.0
// Variables in sections of their own are variables like others.
// replace: f
// fixup: mostly once_written
#include "kernel.h"
static int mostly __section(".data..read_mostly") = 3;
static int once_written __section(".data..ro_after_init") = 4;
int f(void) { return mostly + PREPOST(once_written, once_written * 2); }
void g(int x) { mostly = x; once_written = x; }

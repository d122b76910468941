// SPDX-License-Identifier: GPL-2.0
// The running kernel's value may be another one by now.
// refuse: data_changed:limit
#include "kernel.h"
static int limit __section(".data..ro_after_init") = PREPOST(4, 5);
int f(void) { return limit; }
void g(int x) { limit = x; }

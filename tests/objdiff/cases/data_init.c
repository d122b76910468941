// SPDX-License-Identifier: GPL-2.0
// The running kernel has its own value.
// refuse: data_changed:limit
#include "kernel.h"
int limit = PREPOST(10, 20);
int user(int x) { return x > limit; }

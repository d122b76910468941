// SPDX-License-Identifier: GPL-2.0
// refuse: percpu_changed:pcp
#include "kernel.h"
int __percpu_data pcp = PREPOST(1, 2);
int __percpu_data same = 3;
int user(void) { return pcp + same; }

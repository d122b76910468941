// SPDX-License-Identifier: GPL-2.0
// Boot code has run.
// status: 3
#include "kernel.h"
static int __initdata size = PREPOST(1, 2);
int __init setup(void) { return ext(size + PREPOST(3, 4)); }

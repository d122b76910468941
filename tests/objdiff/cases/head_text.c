// SPDX-License-Identifier: GPL-2.0
// Code of the kernel's head stays when it has booted, and can't be replaced.
// refuse: noinstr:early
#include "kernel.h"
int __section(".head.text") early(int x) { return ext(x) + PREPOST(1, 2); }
int f(int x) { return ext2(x); }

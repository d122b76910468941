// SPDX-License-Identifier: GPL-2.0
// It may stay as it is, and be used.
// replace: f
#include "kernel.h"
int __used __section("__never_seen") strange = 1;
int f(int x) { return ext(x) + strange + PREPOST(1, 2); }

// SPDX-License-Identifier: GPL-2.0
// A section nobody thought of.
// refuse: unknown_section:strange
#include "kernel.h"
int __used __section("__never_seen") strange = PREPOST(1, 2);
int f(int x) { return ext(x); }

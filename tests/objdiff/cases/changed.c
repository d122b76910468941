// SPDX-License-Identifier: GPL-2.0
// One function changed, its neighbours did not.
// replace: target
#include "kernel.h"
int before(int x) { return ext(x) + 1; }
noinline int target(int x) { return ext(x) + PREPOST(2, 3); }
int after(int x) { return target(x) + ext2(x); }

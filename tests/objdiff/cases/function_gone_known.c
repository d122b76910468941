// SPDX-License-Identifier: GPL-2.0
// Nobody else has a function of that name: who called it is changed, too.
// options: --defined /dev/null
// replace: f
// gone: helper
#include "kernel.h"
#ifndef POST
noinline int helper(int x) { return ext2(x) * 3; }
#endif
int f(int x) { return PREPOST(helper(x), ext2(x)) + 1; }

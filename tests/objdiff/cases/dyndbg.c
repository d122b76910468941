// SPDX-License-Identifier: GPL-2.0
// replace: debugs
#include "kernel.h"
int debugs(int x) { x += ext2(x); pr_debug(PREPOST("old\n", "new\n")); return ext(x); }
int same(int x) { pr_debug("same\n"); return ext(x); }

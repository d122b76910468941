// SPDX-License-Identifier: GPL-2.0
// Comments, blank lines, and a WARN that stands further down.
// status: 3
#include "kernel.h"
#ifdef POST
/*
 * A comment of some
 * lines
 */

#endif
int f(int x) { WARN(x); return ext(x); }
int g(int x) { WARN_ONCE(x); /* POST */ return x; }
void h(int x) { pr_debug("h"); }

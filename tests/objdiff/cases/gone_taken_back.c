// SPDX-License-Identifier: GPL-2.0
// The author knows how it is taken from all who have it.
// options: --state-of handler=
// replace: start
// new: handler_checked
// gone: handler
// range: handler
#include "kernel.h"
extern int every_second(int (*fn)(int));
static int PREPOST(handler, handler_checked)(int x) { return PREPOST(1, x > 3) ? ext(x) : 0; }
int start(void) { return every_second(PREPOST(handler, handler_checked)); }

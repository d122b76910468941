// SPDX-License-Identifier: GPL-2.0
// Modules that are bound to it stay so.
// replace: f
#include "kernel.h"
int f(int x) { return ext(x) + PREPOST(1, 2); }
#ifndef POST
EXPORT_SYMBOL(f);
#endif

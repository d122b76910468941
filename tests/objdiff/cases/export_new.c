// SPDX-License-Identifier: GPL-2.0
// Modules can't use it before the next boot, which harms nobody.
// replace: f
#include "kernel.h"
int f(int x) { return ext(x) + PREPOST(1, 2); }
#ifdef POST
EXPORT_SYMBOL(f);
#endif

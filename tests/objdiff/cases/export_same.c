// SPDX-License-Identifier: GPL-2.0
// replace: f
#include "kernel.h"
int f(int x) { return ext(x) + PREPOST(1, 2); }
EXPORT_SYMBOL(f);

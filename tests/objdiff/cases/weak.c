// SPDX-License-Identifier: GPL-2.0
// replace: w
#include "kernel.h"
int __weak w(int x) { return ext(x) + PREPOST(1, 2); }

// SPDX-License-Identifier: GPL-2.0
// One function, two names.
// replace: real
#include "kernel.h"
int real(int x) { return ext(x) + PREPOST(1, 2); }
int other(int x) __attribute__((alias("real")));

// SPDX-License-Identifier: GPL-2.0
// A static function that is called: callers stay.
// replace: inner
#include "kernel.h"
static noinline int inner(int x) { return ext(x) * PREPOST(3, 5); }
int one(int x) { return inner(x) + 1; }
int two(int x) { return inner(x + 1) + 2; }

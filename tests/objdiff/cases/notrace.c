// SPDX-License-Identifier: GPL-2.0
// Whether a function may be traced: its old entry stays what it was.
// refuse: special_changed:f special_changed:g
#include "kernel.h"
#define notrace __attribute__((no_instrument_function))
int PREPOST(, notrace) f(int x) { return ext(x); }
int PREPOST(notrace,) g(int x) { return ext2(x); }
int notrace same(int x) { return ext(x + 1); }

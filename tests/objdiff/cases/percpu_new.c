// SPDX-License-Identifier: GPL-2.0
// replace: user
// new: fresh
#include "kernel.h"
static int __percpu_data old = 1;
#ifdef POST
static int __percpu_data fresh = 3;
int user(void) { return ext(old++ + fresh++); }
#else
int user(void) { return ext(old++); }
#endif

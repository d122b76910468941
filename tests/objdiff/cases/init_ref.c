// SPDX-License-Identifier: GPL-2.0
// refuse: init_ref:user
#include "kernel.h"
int __init setup(int x) { return ext(x); }
#ifdef POST
int user(int x) { return setup(x); }
#else
int user(int x) { return ext2(x); }
#endif

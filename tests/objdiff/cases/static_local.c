// SPDX-License-Identifier: GPL-2.0
// Numbers of static locals move: told apart by who uses them.
// options: --defined /dev/null
// replace: second
#include "kernel.h"
#ifdef POST
int zero(int x) { static int buf; return ext(buf++ + x); }
#endif
int first(int x) { static int buf; return ext(buf++ + x); }
int second(int x) { static int buf; return ext(buf++ + x + PREPOST(1, 2)); }

// SPDX-License-Identifier: GPL-2.0
// A variable that is there would have another value from boot.
// refuse: boot_changed:setup
#include "kernel.h"
static int step;
void set_step(int x) { step = x; }
static int __init __used setup(void)
{
#ifdef POST
	step = 16;
#endif
	return 0;
}
int round_up_to(int x) { return x PREPOST(+ step, / step); }

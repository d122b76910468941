// SPDX-License-Identifier: GPL-2.0
// A jump label where the jump to the new code must stand, but for one byte.
// only: gcc clang puts other instructions first
// refuse: site_in_the_way:branches
#include "kernel.h"
extern struct static_key key;
int branches(int x)
{
	asm volatile("nop");
	return static_branch(&key) ? PREPOST(1, 2) : PREPOST(3, 5);
}

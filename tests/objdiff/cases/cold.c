// SPDX-License-Identifier: GPL-2.0
// A part that was split off belongs to its function.
// replace: hot
#include "kernel.h"
extern void __cold complain(int x);
int hot(int x)
{
	if (x < 0) {
		complain(x + PREPOST(1, 2));
		ext2(x);
	}
	return ext(x);
}

// SPDX-License-Identifier: GPL-2.0
// A static key of another file or module.
// replace: f
// fixup: foreign
#include "kernel.h"
extern struct static_key foreign;
int f(int x)
{
	ext2(x);
	if (static_branch(&foreign))
		return ext2(x);
	return ext(x) + PREPOST(0, 1);
}

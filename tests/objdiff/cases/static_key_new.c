// SPDX-License-Identifier: GPL-2.0
// A new static key is a variable like others; its entries come along.
// replace: f
// new: fresh
#include "kernel.h"
#ifdef POST
static struct static_key fresh;
#endif
int f(int x)
{
#ifdef POST
	if (static_branch(&fresh))
		return ext2(x);
#endif
	return ext(x);
}

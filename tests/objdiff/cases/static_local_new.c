// SPDX-License-Identifier: GPL-2.0
// A new static local begins with its initial value, old ones stay.
// replace: f
// new: fresh.*
// clang-new: f.fresh
#include "kernel.h"
int f(int x)
{
	static int old = 5;
#ifdef POST
	static int fresh = 7;
	x += fresh++;
#endif
	return ext(old++ + x);
}

// SPDX-License-Identifier: GPL-2.0
// Which of two old variables the new one was can't be told.
// refuse: ambiguous:buf
// clang-refuse: ambiguous:f.buf
#include "kernel.h"
int f(int x)
{
	int r = 0;
	if (x) { static int buf; r += ext(buf++); }
	if (x > 1) { static int buf; r += ext2(buf++); }
#ifdef POST
	if (x > 2) { static int buf; r += ext2(buf++); }
#endif
	return r;
}

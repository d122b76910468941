// SPDX-License-Identifier: GPL-2.0
// Tables the compiler made of a switch.
// replace: sw
#include "kernel.h"
int sw(int x)
{
	switch (x) {
	case 0: return 17;
	case 1: return 4;
	case 2: return 99;
	case 3: return PREPOST(5, 6);
	case 4: return 1234;
	case 5: return 2;
	default: return 0;
	}
}

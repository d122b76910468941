// SPDX-License-Identifier: GPL-2.0
// A switch that became a table of addresses: the table is new, the old one
// stays with the old function.
// cflags: -fjump-tables
// replace: f
#include "kernel.h"
int f(int x)
{
	switch (x) {
	case 0: return ext(1);
	case 1: return ext2(2);
	case 2: return ext(PREPOST(3, 33));
	case 3: return ext2(4);
	case 4: return ext(5) + 1;
	case 5: return ext2(6) - 1;
	case 6: return ext(7) * 3;
	}
	return 0;
}
int g(int x)
{
	switch (x) {
	case 0: return ext(1);
	case 1: return ext2(2);
	case 2: return ext(3) + 3;
	case 3: return ext2(4);
	case 4: return ext(5) + 1;
	case 5: return ext2(6) - 1;
	case 6: return ext(7) * 3;
	}
	return 0;
}

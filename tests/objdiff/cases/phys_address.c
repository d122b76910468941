// SPDX-License-Identifier: GPL-2.0
// A physical address, as __pa_symbol() makes it: 2 GB are added.
// replace: physical
// fixup: ext_var
#include "kernel.h"
extern char ext_var[];
unsigned long physical(unsigned long x)
{
	return ((unsigned long)ext_var + 0x80000000UL) ^ (x + PREPOST(1, 2));
}

// SPDX-License-Identifier: GPL-2.0
// Code that is kept for memory that is plugged in, before 6.11, is no boot code.
// replace: online_section
#include "kernel.h"
int __section(".meminit.text") __cold noinline online_section(int n)
{
	return PREPOST(ext(n), n < 8 ? ext(n) : -22);
}
int add_memory(int n) { return online_section(n) + 1; }

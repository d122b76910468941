// SPDX-License-Identifier: GPL-2.0
// A new variable in a section that is more than a place.
// refuse: place_changed:shared
#include "kernel.h"
#ifdef POST
static u64 shared[8] __section(".bss..decrypted");
static u64 often __section(".data..read_mostly");
#endif
int f(int x)
{
#ifdef POST
	shared[x & 7] = often;
	ext(shared[3]);
	often = x;
#endif
	return ext(x);
}

// SPDX-License-Identifier: GPL-2.0
// A new global function, and constant, that nobody in the update uses: a kernel
// linked anew would have it in the place of another file's weak one.
// refuse: new_unused:arch_limit new_unused:arch_setup
#include "kernel.h"

int first(int x)
{
	return ext(PREPOST(1, 2));
}

#ifdef POST
const int arch_limit = 8;

int arch_setup(int x)
{
	return ext2(x);
}

noinline int fresh(int x)
{
	return ext(x);
}

int second(int x)
{
	return fresh(x);
}
#else
int second(int x)
{
	return ext(x) + 1;
}
#endif

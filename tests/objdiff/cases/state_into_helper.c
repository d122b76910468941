// SPDX-License-Identifier: GPL-2.0
// What two functions counted their helpers count, in another type.
// cflags: -g -gdwarf-4
// refuse: state_renamed:refs
#include "kernel.h"
struct refs { long n; };
#ifdef POST
static struct refs refs;
#else
static int users;
#endif
noinline void note_get(int x)
{
	ext(x);
#ifdef POST
	refs.n++;
#endif
}
noinline long note_put(int x)
{
	ext2(x);
#ifdef POST
	return --refs.n;
#else
	return 1;
#endif
}
void get(int x)
{
#ifndef POST
	users++;
#endif
	note_get(x);
}
int put(int x)
{
	long left = note_put(x);

#ifndef POST
	left = --users;
#endif
	return left ? 0 : ext(3);
}

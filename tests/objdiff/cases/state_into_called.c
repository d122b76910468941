// SPDX-License-Identifier: GPL-2.0
// A count moves into helpers that were there, and who counted calls these; the old
// variable stays, for who shows it.
// refuse: state_renamed:refs
#include "kernel.h"
static int users;
#ifdef POST
static int refs;
#endif
noinline void note_get(void)
{
	ext(1);
#ifdef POST
	refs++;
#endif
}
noinline int note_put(void)
{
	ext2(1);
#ifdef POST
	return --refs;
#else
	return 0;
#endif
}
void get(void)
{
#ifndef POST
	users++;
#endif
	note_get();
}
int put(void)
{
	int left = note_put();

#ifndef POST
	left = --users;
#endif
	return left ? 1 : ext(9);
}
int show(void) { return ext(users); }
void reset(int x) { users = ext(x); }

// SPDX-License-Identifier: GPL-2.0
// A value that counts the others where it is a bound: in loops, of what comes from outside.
// cflags: -g -gdwarf-4
// replace: known loop search
#include "kernel.h"
#ifdef POST
#define NEW(x) x,
#else
#define NEW(x)
#endif
enum kind { KIND_A, KIND_B, KIND_D, KIND_E, NEW(KIND_C) KIND_MAX };
extern int kinds[];
int loop(void)
{
	int i, n = 0;

	for (i = 0; i < KIND_MAX; i++)
		n += ext(i);
	return n;
}
int search(int x)
{
	int i;

	for (i = 0; i < KIND_MAX; i++)
		if (ext2(i) == x)
			break;
	return i == KIND_MAX ? -22 : ext(i);
}
int known(unsigned int kind) { return kind >= KIND_MAX ? -22 : ext(kinds[kind]); }

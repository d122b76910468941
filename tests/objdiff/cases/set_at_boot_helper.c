// SPDX-License-Identifier: GPL-2.0
// A helper of a helper of boot code would set the new variable.
// refuse: set_at_boot:wq
#include "kernel.h"
#ifdef POST
static int *wq;
extern int *make(int);
static noinline void set(int x) { wq = make(x); }
static noinline void prepare(int x) { ext(x); set(x); ext2(x); }
#endif
int __init start(int x)
{
#ifdef POST
	prepare(x);
#endif
	return ext(x);
}
int work(int x)
{
#ifdef POST
	x += *wq;
#endif
	return ext(x);
}

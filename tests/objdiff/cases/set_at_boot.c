// SPDX-License-Identifier: GPL-2.0
// A new variable that boot code gives its value: boot is over.
// refuse: set_at_boot:queue
#include "kernel.h"
#ifdef POST
static int *queue;
#endif
extern int *make(int x);
int __init setup(int x)
{
#ifdef POST
	queue = make(x);
#endif
	return ext(x);
}
int work(int x)
{
#ifdef POST
	return ext(*queue + x);
#else
	return ext(x);
#endif
}

// SPDX-License-Identifier: GPL-2.0
// Somebody waits in it for ever: no update of it could ever be applied.
// replace: worker_thread work
// refuse: always_busy:worker_thread
// status: 4
#include "kernel.h"
#ifdef POST
#define N 2
#else
#define N 1
#endif
int worker_thread(int x)
{
	return ext(x + N);
}
int work(int x)
{
	return ext2(x + N);
}

// SPDX-License-Identifier: GPL-2.0
// More values at the end, before the one that counts them.
// cflags: -g -gdwarf-4
// replace: is_known
#include "kernel.h"
enum state { IDLE, BUSY, GONE,
#ifdef POST
	WAITING,
#endif
	MANY };
int is_known(int s) { return ext(s < (int)MANY); }
int is_busy(int s) { return ext(s == (int)BUSY); }

// SPDX-License-Identifier: GPL-2.0
// Values of an enum that moved: data of the old ones exists.
// cflags: -g -gdwarf-4
// refuse: enum_changed:enum?state
#include "kernel.h"
enum state { IDLE,
#ifdef POST
	WAITING,
#endif
	BUSY, GONE, MANY };
int is_busy(int s) { return ext(s == (int)BUSY); }

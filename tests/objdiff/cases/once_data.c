// SPDX-License-Identifier: GPL-2.0
// Which flag was which can't be told: a message comes once more, no harm.
// replace: f
// new: __print_once.* __print_once.*
// clang-new: f.__print_once f.__print_once.*
#include "kernel.h"
#define say_once(x) \
	do { \
		static _Bool __print_once __attribute__((section(".data..read_mostly"))); \
		if (!__print_once) { \
			__print_once = 1; \
			ext(x); \
		} \
	} while (0)
int f(int x)
{
	if (x == PREPOST(7, 9))
		say_once(1);
	if (x == 3)
		say_once(PREPOST(2, 5));
	return ext(x);
}
int g(int x) { say_once(3); return ext2(x); }

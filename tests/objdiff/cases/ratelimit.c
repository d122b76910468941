// SPDX-License-Identifier: GPL-2.0
// The kernel's own state of the place has the old interval.
// refuse: data_changed:_rs.*
// clang-refuse: data_changed:f._rs
#include "kernel.h"
struct ratelimit_state { int interval, burst; long begin; };
extern int ___ratelimit(struct ratelimit_state *, const char *);
int f(int x)
{
	static struct ratelimit_state _rs = { PREPOST(5000, 100), 10 };

	return ___ratelimit(&_rs, "f") ? ext(x) : 0;
}

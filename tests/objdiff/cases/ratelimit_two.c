// SPDX-License-Identifier: GPL-2.0
// Of two that can't be told apart, the new code has its own: with its interval.
// replace: f
// new: _rs.* _rs.*
// clang-new: f._rs f._rs.*
#include "kernel.h"
struct ratelimit_state { int interval, burst; long begin; };
extern int ___ratelimit(struct ratelimit_state *, const char *);
#define limited(n) ({							\
	static struct ratelimit_state _rs = { n, 10 };			\
	___ratelimit(&_rs, "f");					\
})
int f(int x)
{
	if (x == 5 && limited(PREPOST(5000, 100)))
		ext(x);
	if (x == 7 && limited(200))
		ext2(x);
	return x;
}
int g(int x) { return limited(300) ? ext(x) : 0; }

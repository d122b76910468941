// SPDX-License-Identifier: GPL-2.0
// Old code that the compiler calls otherwise now, reached by a tail call.
// replace: f wake
// new: wait
// gone: wait.isra.*
// range: wait.isra.*
// only: gcc clang makes no such clones
#include "kernel.h"
struct s { int x, y; };
extern int sleep_on(int);
extern void keep(struct s *), lock(void);
static int flag;
static noinline int wait(struct s *p)
{
#ifdef POST
	lock();
	keep(p);
#endif
	sleep_on(p->x);
	return ext(flag);
}
int f(struct s *p) { return wait(p); }
int wake(int x)
{
#ifdef POST
	lock();
#endif
	flag = x;
	return ext2(x);
}

// SPDX-License-Identifier: GPL-2.0
// A renamed function, reached by a tail call, and what only it called.
// replace: f wake
// new: wait_locked
// gone: wait sleeper
// range: wait sleeper
#include "kernel.h"
extern void sleep_until(int *), lock(void), unlock(void);
static int flag;
#ifdef POST
static noinline int wait_locked(int x)
{
	lock();
	sleep_until(&flag);
	unlock();
	return ext(x);
}
int f(int x) { return wait_locked(x); }
int wake(void) { lock(); flag = 1; unlock(); return 0; }
#else
static noinline void sleeper(int x) { sleep_until(&flag); ext2(x); ext(x); }
static noinline int wait(int x) { sleeper(x); return ext(x); }
int f(int x) { return wait(x); }
int wake(void) { flag = 1; ext2(1); return 0; }
#endif

// SPDX-License-Identifier: GPL-2.0
// A new lock that boot code takes as well: it is free from the start. One that
// has to be set up is not.
// cflags: -g -gdwarf-4
// replace: work
// new: lock
// refuse: set_at_boot:bare
// status: 4
#include "kernel.h"
struct list_head { struct list_head *next, *prev; };
struct mutex { long owner; struct list_head wait_list; };
extern void mutex_lock(struct mutex *m);
#ifdef POST
static struct mutex lock = { .wait_list = { &lock.wait_list, &lock.wait_list } };
static struct mutex bare;
#endif
int __init setup(int x)
{
#ifdef POST
	mutex_lock(&lock);
	mutex_lock(&bare);
#endif
	return ext(x);
}
int work(int x)
{
#ifdef POST
	mutex_lock(&lock);
	mutex_lock(&bare);
#endif
	return ext(x);
}

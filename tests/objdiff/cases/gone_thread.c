// SPDX-License-Identifier: GPL-2.0
// A thread is in it as long as it lives, and is seen there.
// replace: start
// new: work_less
// gone: work
// range: work
#include "kernel.h"
extern void *kthread_create_on_node(int (*fn)(void *), void *data, int node, const char *name);
extern int kthread_should_stop(void);
static int PREPOST(work, work_less)(void *x)
{
	while (!kthread_should_stop())
		PREPOST(ext(1), ext2(2));
	return 0;
}
void *start(void *x) { return kthread_create_on_node(PREPOST(work, work_less), x, -1, "w"); }

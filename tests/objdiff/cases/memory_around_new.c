// SPDX-License-Identifier: GPL-2.0
// A callback that only new objects hold takes what it is given for what they are, and
// so may a function that is given one.
// cflags: -g
// replace: start
// new: complete_timed retry
#include "kernel.h"
struct job { int a; void (*done)(struct job *j); };
extern void *__kmalloc_noprof(u64 size, u32 flags);
extern void kfree(void *);
extern void give(struct job *j);
#ifdef POST
struct timed_job { u64 since; struct job job; int tries; };
static noinline void retry(struct timed_job *t)
{
	struct timed_job *same = t;

	if (++same->tries < 3)
		give(&same->job);
	else
		kfree(same);
}
static void complete_timed(struct job *j)
{
	struct timed_job *t = (void *)((char *)j - __builtin_offsetof(struct timed_job, job));

	t->since = 0;
	retry(t);
}
#endif
int start(int v)
{
#ifdef POST
	struct timed_job *t = __kmalloc_noprof(sizeof(*t), 0xcc0);

	if (!t)
		return -12;
	t->tries = 0;
	t->job.done = complete_timed;
	t->job.a = v;
	give(&t->job);
#endif
	return ext(v);
}

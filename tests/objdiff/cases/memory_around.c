// SPDX-License-Identifier: GPL-2.0
// What exists is a bare struct job; complete() takes each for a part of a new struct.
// cflags: -g
// refuse: type_changed:complete
#include "kernel.h"
struct job { int a; void *priv; };
extern void *__kmalloc_noprof(u64 size, u32 flags);
extern void kfree(void *);
extern struct job *get_old(void);
extern void give(struct job *j);
#ifdef POST
struct timed_job { u64 since; struct job job; int tries; };
#endif
int start(int v)
{
#ifdef POST
	struct timed_job *t = __kmalloc_noprof(sizeof(*t), 0xcc0);
	struct job *j = &t->job;

	t->tries = 0;
#else
	struct job *j = get_old();
#endif
	j->a = v;
	give(j);
	return 0;
}
void complete(struct job *j)
{
#ifdef POST
	struct timed_job *t = (void *)((char *)j - __builtin_offsetof(struct timed_job, job));

	if (++t->tries < 3)
		give(j);
#endif
	ext(j->a);
}

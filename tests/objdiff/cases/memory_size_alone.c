// SPDX-License-Identifier: GPL-2.0
// What is not kept may have any size; the same size may be asked for otherwise; more
// memory is no larger memory; and what may come from either place is given back as such.
// replace: local opens same
#include "kernel.h"
struct file { char *buf; void *more; };
extern void *__kmalloc_noprof(u64 size, u32 flags);
extern void *__kvmalloc_node_noprof(u64 size, u32 flags, int node);
extern void kfree(void *);
extern int fill(char *b, u64 n);
int local(int v)
{
	char *b = __kmalloc_noprof(PREPOST(64, 256), 0xcc0);
	int r;

	if (!b)
		return -12;
	r = fill(b, PREPOST(64, 256));
	kfree(b);
	return r;
}
int opens(struct file *f)
{
	f->buf = __kmalloc_noprof(64, PREPOST(0xcc0, 0xdc0));
#ifdef POST
	f->more = __kmalloc_noprof(32, 0xcc0);
#endif
	return f->buf ? 0 : -12;
}
int same(struct file *f, u64 n)
{
	f->buf = PREPOST(__kmalloc_noprof(n * 8, 0xcc0), __kvmalloc_node_noprof(n * 8, 0xcc0, 1));
	return f->buf ? 0 : -12;
}

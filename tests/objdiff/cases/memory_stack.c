// SPDX-License-Identifier: GPL-2.0
// What is on the stack beside the number that a size is made of is nothing to the size.
// replace: opens reads
#include "kernel.h"
struct file { char *buf; u32 n; };
extern void *__kmalloc_noprof(u64 size, u32 flags);
extern void fill(u64 *n, long *more);
int opens(struct file *f)
{
	u64 n = 3;
	long more = PREPOST(5, 9);

	fill(&n, &more);
	f->n = n;
	f->buf = __kmalloc_noprof(n * 4 + 8, 0xcc0);
	return more;
}
int reads(struct file *f) { return ext(f->buf[f->n + PREPOST(1, 2)]); }

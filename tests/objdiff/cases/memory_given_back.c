// SPDX-License-Identifier: GPL-2.0
// What exists came from kmalloc(): vfree() must not get it, kvfree() may. What a function
// has made itself goes back to where that came from.
// refuse: memory_changed:closes
#include "kernel.h"
struct file { char *buf; };
extern void *__kmalloc_noprof(u64 size, u32 flags);
extern void *vmalloc_noprof(u64 size);
extern void kfree(void *);
extern void vfree(void *);
extern void kvfree(void *);
extern int fill(char *b, u64 n);
void closes(struct file *f) { PREPOST(kfree, vfree)(f->buf); ext(1); }
void drops(struct file *f) { PREPOST(kfree, kvfree)(f->buf); ext(2); }
int local(u64 n)
{
	char *b = PREPOST(__kmalloc_noprof(n, 0xcc0), vmalloc_noprof(n));
	int r = fill(b, n);

	PREPOST(kfree, vfree)(b);
	return r;
}

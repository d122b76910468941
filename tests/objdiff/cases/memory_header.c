// SPDX-License-Identifier: GPL-2.0
// What exists was allocated as a bare array; the new code takes what stands before it
// for a header, and frees that.
// cflags: -g
// refuse: memory_changed:make_ring type_changed:drop_ring
#include "kernel.h"
struct slot { char *page; };
struct ring { struct slot *slots; u32 n; };
extern void *__kmalloc_noprof(u64 size, u32 flags);
extern void kfree(void *);
#ifdef POST
struct head { void *later; u32 len; struct slot slots[]; };
static noinline struct slot *make_ring(u32 n)
{
	struct head *h = __kmalloc_noprof(sizeof(*h) + n * 8ul, 0xdc0);

	if (!h)
		return 0;
	h->len = n;
	h->later = 0;
	return h->slots;
}
static noinline void drop_ring(struct slot *s, u32 n)
{
	struct head *h = (void *)((char *)s - __builtin_offsetof(struct head, slots));

	while (n--)
		kfree(s[n].page);
	kfree(h->later);
	kfree(h);
}
#else
static noinline struct slot *make_ring(u32 n) { return __kmalloc_noprof(n * 8ul, 0xdc0); }
static noinline void drop_ring(struct slot *s, u32 n)
{
	while (n--)
		kfree(s[n].page);
	kfree(s);
}
#endif
int setup(struct ring *r, u32 n) { r->slots = make_ring(n); r->n = n; return r->slots ? 0 : -12; }
void teardown(struct ring *r) { drop_ring(r->slots, r->n); }

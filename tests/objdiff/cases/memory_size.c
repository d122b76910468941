// SPDX-License-Identifier: GPL-2.0
// Buffers of files that are open have 64 bytes, and the new code puts more into them;
// so it is with an array, and with what a function of the file gets.
// refuse: memory_changed:counts memory_changed:opens memory_changed:probes memory_changed:starts memory_changed:wraps
#include "kernel.h"
#define LEN PREPOST(64, 256)
struct file { char *buf; u64 *slots, *more; u32 n; void *per_cpu; };
extern void *__kmalloc_noprof(u64 size, u32 flags);
extern void *__alloc_percpu(u64 size, u64 align);
extern void *kmem_cache_create(const char *name, u32 size, u32 align, u32 flags, void *ctor);
extern u64 _copy_from_user(void *to, const void *from, u64 n);
static void *cache;
static noinline void *room(u64 n) { return __kmalloc_noprof(n, 0xcc0); }
int opens(struct file *f) { f->buf = __kmalloc_noprof(LEN, 0xcc0); return f->buf ? 0 : -12; }
int starts(struct file *f, u32 n)
{
	f->n = n;
	f->slots = __kmalloc_noprof((u64)(n + PREPOST(0, 1)) * 8, 0xcc0);
	return f->slots ? 0 : -12;
}
void *any(u64 n) { return room(n); }
int wraps(struct file *f) { f->more = room(LEN); return f->more ? 0 : -12; }
int counts(struct file *f) { f->per_cpu = __alloc_percpu(PREPOST(2, 3) * 8, 8); return ext(1); }
int probes(void) { cache = kmem_cache_create("x", LEN, 0, 0, 0); return cache ? 0 : -12; }
int writes(struct file *f, const char *user, u64 n)
{
	if (n > LEN)
		return -22;
	return _copy_from_user(f->buf, user, n) ? -14 : n;
}

// SPDX-License-Identifier: GPL-2.0
// Memory that the device's core frees, and that the driver frees now, too; a text that may
// be a constant; pages of a user that were not pinned.
// cflags: -g
// refuse: memory_changed:forget memory_changed:name memory_changed:probe memory_changed:unmap
#include "kernel.h"
struct page;
struct dev { void *buf; char *name; struct page *pages[4]; };
extern void *devm_kmalloc(void *dev, u64 size, u32 flags), *__kmalloc_noprof(u64 size, u32 flags);
extern char *kstrdup(const char *, u32), *kstrdup_const(const char *, u32);
extern void kfree(const void *), kfree_const(const void *);
extern void release_pages(struct page **, int), unpin_user_pages(struct page **, u64);
int probe(struct dev *d, void *dev)
{
	d->buf = PREPOST(devm_kmalloc(dev, 64, 0xcc0), __kmalloc_noprof(64, 0xcc0));
	return ext(1);
}
void remove_dev(struct dev *d)
{
	ext(2);
	if (PREPOST(0, 1))
		kfree(d->buf);
}
void name(struct dev *d, const char *s) { d->name = PREPOST(kstrdup_const, kstrdup)(s, 0xcc0); ext(3); }
void forget(struct dev *d) { ext(4); PREPOST(kfree_const, kfree)(d->name); }
void unmap(struct dev *d) { ext(5); PREPOST(release_pages, unpin_user_pages)(d->pages, 4); }

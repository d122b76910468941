// SPDX-License-Identifier: GPL-2.0
// Memory was given back to the wrong cache: that is mended. And another function uses the
// cache for more.
// cflags: -g
// replace: drop make
#include "kernel.h"
struct cache;
static struct cache *small, *large;
extern void *kmem_cache_alloc_noprof(struct cache *c, u32 flags);
extern void kmem_cache_free(struct cache *c, void *p);
void *make(void)
{
	void *p = kmem_cache_alloc_noprof(small, 0xcc0);

	if (PREPOST(0, !p))
		p = kmem_cache_alloc_noprof(small, 0xdc0);
	ext(1);
	return p;
}
void drop(void *p) { ext(2); kmem_cache_free(PREPOST(large, small), p); }
void *make_large(void) { return kmem_cache_alloc_noprof(large, 0xcc0); }
void set_up(struct cache *s, struct cache *l) { small = s; large = l; }

// SPDX-License-Identifier: GPL-2.0
// Memory from another cache, or another pool, that existed before. What exists is from the
// old one, and would be given back to the other.
// cflags: -g
// refuse: memory_changed:drop
#include "kernel.h"
struct cache;
static struct cache *small, *large;
extern void *kmem_cache_alloc_noprof(struct cache *c, u32 flags);
extern void kmem_cache_free(struct cache *c, void *p);
void *make(void) { void *p = kmem_cache_alloc_noprof(PREPOST(small, large), 0xcc0); ext(1); return p; }
void drop(void *p) { ext(2); kmem_cache_free(PREPOST(small, large), p); }
void *make_large(void) { return kmem_cache_alloc_noprof(large, 0xcc0); }
void drop_small(void *p) { kmem_cache_free(small, p); }
void set_up(struct cache *s, struct cache *l) { small = s; large = l; }

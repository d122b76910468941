// SPDX-License-Identifier: GPL-2.0
// Others allocate an object with room for a driver, and the driver puts more into it.
// refuse: memory_changed:cards memory_changed:clocks memory_changed:hosts memory_changed:keeps
#include "kernel.h"
struct own { void *at; };
extern void *mmc_alloc_host(int extra, void *dev);
extern void *pwmchip_alloc(void *dev, u32 n, u64 size);
extern int snd_card_new(void *dev, int i, const char *id, void *module, int extra, void **card);
extern void *sock_kmalloc(void *sk, int size, u32 flags);
int hosts(struct own *o, void *dev) { o->at = mmc_alloc_host(PREPOST(16, 24), dev); return ext(1); }
int clocks(struct own *o, void *dev) { o->at = pwmchip_alloc(dev, 2, PREPOST(16, 24)); return ext(2); }
int keeps(struct own *o, void *sk) { o->at = sock_kmalloc(sk, PREPOST(16, 24), 0xcc0); return ext(3); }
int cards(struct own *o, void *dev)
{
	return snd_card_new(dev, 0, "x", 0, PREPOST(16, 24), &o->at) + ext(4);
}
int reads(struct own *o) { return ((int *)o->at)[PREPOST(3, 5)]; }

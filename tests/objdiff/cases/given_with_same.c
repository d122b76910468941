// SPDX-License-Identifier: GPL-2.0
// A callback and what sets it up change, and what goes along with it does not; or the
// interrupt's number does.
// replace: handler probe runs start
// cflags: -g
#include "kernel.h"
extern int request(int irq, int (*fn)(int, void *), u64 flags, const char *name, void *cookie);
struct work { void (*fn)(struct work *w); };
extern void queue(struct work *w);
struct dev { int irq, msi, x[4]; const char *name; struct work a, b; };

static int handler(int irq, void *cookie)
{
	struct dev *d = cookie;

	return d->x[1] > PREPOST(3, 4) ? ext(d->x[0]) : ext2(irq);
}
int probe(struct dev *d, int shared)
{
	int r;

#ifdef POST
	if (!d->name)
		return -22;
	ext2(d->x[3]);
#endif
	r = ext(d->x[2]);
	if (r < 0)
		return r;
	r = request(PREPOST(d->irq, d->msi), handler, PREPOST(0, shared ? 0x80 : 0), d->name, d);
	if (r)
		log_msg("no irq %d\n", r);
	return r;
}
static void runs(struct work *w)
{
	struct dev *d = (struct dev *)((char *)w - __builtin_offsetof(struct dev, a));

	ext(d->x[PREPOST(3, 2)]);
}
void start(struct dev *d)
{
	ext(PREPOST(1, d->x[1]));
	d->a.fn = runs;
	queue(&d->a);
}

// SPDX-License-Identifier: GPL-2.0
// What boot code handed out to be run for all that is there, and what set a parameter
// from the command line, gave nothing to a new variable.
// refuse: set_at_boot:limit set_at_boot:size set_at_boot:strict
#include "kernel.h"
struct pernet { int (*init)(void *net); void (*exit)(void *net); };
struct work { void (*fn)(struct work *w); };
struct param_ops { u32 flags; int (*set)(const char *val, const void *p); void *get; };
struct param { const char *name; void *mod; const struct param_ops *ops; short perm; u8 level, flags; void *arg; };
extern int register_pernet_subsys(struct pernet *p);
extern int queue_work_on(int cpu, void *wq, struct work *w);
extern int kstrtoint(const char *s, u32 base, int *v);
static int mode;
#ifdef POST
static int limit, strict, size;
#endif
static int net_init(void *net)
{
#ifdef POST
	limit = ext(7);
#endif
	return ext(1);
}
static void late(struct work *w)
{
#ifdef POST
	size = ext2(4);
#endif
	ext(2);
}
static int set(const char *val, const void *p)
{
	int r = kstrtoint(val, 0, &mode);

#ifdef POST
	strict = mode > 1;
#endif
	return r;
}
static struct pernet pernet = { .init = net_init };
static struct work work = { .fn = late };
static const struct param_ops ops = { .set = set };
static const struct param param __used __section("__param") = { "m.mode", 0, &ops, 0644, 1, 0, &mode };
static int __init start(void)
{
	queue_work_on(0, &mode, &work);
	return register_pernet_subsys(&pernet);
}
static int (*call)(void) __used __section(".initcall6.init") = start;
int packet(int v)
{
#ifdef POST
	if (strict && v > limit + size)
		return -1;
#endif
	return ext(v) + mode;
}

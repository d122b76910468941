// SPDX-License-Identifier: GPL-2.0
// Constants whose address marks objects of the running kernel, and that are another
// one now: by name, by place, or because two became one.
// cflags: -g -gdwarf-4
// refuse: const_escapes:ops_now.* const_escapes:ops_then.* const_escapes:hoisted
// refuse: const_escapes:hoisted.* const_escapes:variable.* const_escapes:variable.*
// refuse: const_escapes:two_b const_escapes:.rodata.start*
// refuse: const_escapes:by_name const_escapes:by_function
// refuse: const_shared:was_global const_shared:labelled const_escapes:format
// only: gcc clang gives constants within functions other names
#include "kernel.h"

struct ops {
	int a, b;
};

struct object {
	const struct ops *ops;
	const char *name;
	int (*call)(int);
};

extern void kfree(const void *p);

int renamed(struct object *o)
{
	static const struct ops PREPOST(ops_then, ops_now) = { 1, PREPOST(2, 3) };

	if (!o->ops)
		o->ops = &PREPOST(ops_then, ops_now);
	return o->ops == &PREPOST(ops_then, ops_now) ? ext(1) : -22;
}

#ifdef POST
static const struct ops hoisted = { 4, 5 };
#endif
int bind(struct object *o)
{
#ifndef POST
	static const struct ops hoisted = { 4, 5 };
#endif
	if (!o->ops)
		o->ops = &hoisted;
	return o->ops == &hoisted ? ext(1) : -22;
}
#ifdef POST
int is_bound(struct object *o) { return o->ops == &hoisted; }
#else
int is_bound(struct object *o) { return o->ops != 0; }
#endif

int set(struct object *o, int x)
{
	static PREPOST(const,) struct ops variable = { 6, 7 };
#ifdef POST
	if (x > 5)
		variable.b = x;
#endif
	if (!o->ops)
		o->ops = &variable;
	return o->ops == &variable ? ext(1) : -22;
}

static const struct ops two_a = { 8, 9 };
#ifdef POST
#define two_b two_a
#else
static const struct ops two_b = { 8, 9 };
#endif
void choose(struct object *o, int x) { o->ops = x ? &two_a : &two_b; }
int is_chosen(struct object *o) { return o->ops == &two_a || o->ops == &two_b ? ext(2) : 0; }

static const char *const by_default = PREPOST("none", "no one");
void start(struct object *o) { o->name = by_default; }
void end(struct object *o) { if (o->name != by_default) kfree(o->name); o->name = 0; }

static const char *const by_name[] = { PREPOST("low", "lower"), "high", "higher" };
void name(struct object *o, int i) { o->name = by_name[i]; }
int is_named(struct object *o, int i) { return o->name == by_name[i] ? ext(3) : ext2(3); }

static int PREPOST(call_then, call_now)(int x) { return ext(x) + PREPOST(1, 2); }
static int other(int x) { return ext2(x); }
static int (*const by_function[])(int) = { PREPOST(call_then, call_now), other };
int is_called(struct object *o, int i) { return o->call == by_function[i] ? i : -1; }

PREPOST(,static) const struct ops was_global = { 10, PREPOST(11, 12) };
int read_global(int i) { return (&was_global.a)[i]; }

static const int labelled[4] __used = { 1, 2, PREPOST(3, 4), 5 };
asm(".globl label_within\n label_within = labelled + 8\n");
int read_labelled(int i) { return labelled[i]; }

static const char format[] = PREPOST("%d of %s", "%s of %d");
void keep_format(struct object *o) { o->name = format; }

// SPDX-License-Identifier: GPL-2.0
// A section that the linker collects points to the constant.
// refuse: const_escapes:ops
#include "kernel.h"
struct ops { int (*set)(const char *, void *); int (*get)(char *, void *); };
struct param { const char *name; const struct ops *ops; void *arg; };
extern int set_int(const char *, void *), get_int(char *, void *);
static int limit = 3;
static noinline int set_limit(const char *s, void *p) { return ext(*(int *)p); }
static const struct ops ops = { PREPOST(set_int, set_limit), get_int };
static const struct param __section("__param") __used p = { "limit", &ops, &limit };
int use(int x) { return ext(limit + PREPOST(1, 2)); }
int (*keep)(const char *, void *) = set_limit;

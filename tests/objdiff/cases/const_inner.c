// SPDX-License-Identifier: GPL-2.0
// A function of the file is followed into: one keeps nothing, one stores it.
// refuse: const_escapes:kept
#include "kernel.h"
struct info { int a, b; };
static const struct info *last;
static const struct info read_only = { 1, PREPOST(2, 3) }, kept = { 1, PREPOST(2, 3) };
static noinline int sum(const struct info *i, int k) { return ext(i->a * k) + i->b; }
static noinline int keep(const struct info *i, int k) { last = i; return ext(k); }
int f(int x) { return sum(&read_only, x) + 1; }
int g(int x) { return keep(&kept, x) + 1; }
int h(int x) { return last ? last->a : ext(x); }

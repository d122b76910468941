// SPDX-License-Identifier: GPL-2.0
// What the running kernel has stands where it stands, whatever asks for more.
// cflags: -g -gdwarf-4
// refuse: data_changed:by_attribute data_changed:by_member data_changed:by_type data_changed:beside percpu_changed:per
#include "kernel.h"
struct pair { long a, b; };
struct line { int n; } __attribute__((aligned(PREPOST(8, 64))));
struct holds { char c __attribute__((aligned(PREPOST(8, 64)))); char pad[63]; };
static struct pair by_attribute __attribute__((aligned(PREPOST(8, 16)))) = { 1, 2 };
static struct line by_type __attribute__((used));
static struct holds by_member = { 3 };
/* two of one section: where it happens to stand is not what it asks for */
static char first[4] __section(".data..read_mostly") = "abc";
static char beside[4] __section(".data..read_mostly") __attribute__((aligned(PREPOST(1, 4)))) = "def";
static long per __section(".data..percpu") __attribute__((aligned(PREPOST(8, 32))));
extern int take(void *);
long reads(int x)
{
	return take(&by_attribute) + take(&by_member) + first[x]++ + beside[x]++ + per++;
}

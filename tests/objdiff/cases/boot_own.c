// SPDX-License-Identifier: GPL-2.0
// Boot code that only deals with itself, and memory that it frees.
// replace: f
#include "kernel.h"
extern void *__kmalloc_noprof(u64 n, u32 flags);
extern void kfree(const void *p);
extern void *memcpy(void *to, const void *from, u64 n);
static char __initdata text[] = PREPOST("a=1 b=2", "a=1 b=2 c=3");
static int __initdata words;
static noinline void count(const char *s) { for (; *s; s++) words += *s == ' '; }
static int __init __used setup(void)
{
	char *s = __kmalloc_noprof(sizeof(text), PREPOST(0, 4));

	memcpy(s, text, sizeof(text));
	count(s);
	kfree(s);
	return words;
}
static int table[4];
int f(int x) { return ext(table[x]++ + PREPOST(1, 2)); }

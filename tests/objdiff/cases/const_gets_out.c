// SPDX-License-Identifier: GPL-2.0
// Ways by which the address of a constant gets out, or is compared, without a plain
// store or comparison where the code is read from top to bottom.
// cflags: -g -gdwarf-4 -fjump-tables -fcf-protection=none
// only: gcc clang makes other code of some of it
// refuse: const_escapes:by_table const_escapes:by_feature const_escapes:by_replacement
// refuse: const_escapes:by_memcpy const_escapes:by_memcmp const_escapes:by_member const_escapes:by_member
// refuse: const_escapes:by_xor const_escapes:by_hash const_escapes:by_hash const_escapes:by_msr
// refuse: const_escapes:by_idt const_escapes:by_cr const_escapes:by_difference
// refuse: const_escapes:by_sum const_escapes:by_argument const_escapes:by_second
#include "kernel.h"

struct pair {
	int a, b;
};

struct holder {
	const void *what;
	long more, still_more;
};

extern void *memcpy(void *to, const void *from, unsigned long n);
extern int memcmp(const void *a, const void *b, unsigned long n);
extern const void *kept;
extern struct holder *first;

static const struct pair by_table = { 1, PREPOST(1, 2) };
int table(struct holder *h, int x)
{
	switch (x) {
	case 0:
		return ext(7);
	case 1:
		h->what = &by_table;
		return 3;
	case 2:
		return ext2(9);
	case 3:
		h->more = 4;
		return 1;
	case 4:
		return ext(11);
	case 5:
		return ext2(12);
	}
	return by_table.b;
}

static const struct pair by_feature = { 2, PREPOST(1, 2) };
int feature(struct holder *h)
{
	__label__ yes, no;

	asm goto("1: jmp 3f\n2:\n"
		 ".pushsection .altinstructions, \"a\"\n"
		 ".long 1b - ., 4f - .\n.4byte 5\n.byte 2b - 1b, 5f - 4f\n"
		 ".popsection\n"
		 ".pushsection .altinstr_replacement, \"ax\"\n"
		 "4: jmp %l[no]\n5:\n.popsection\n"
		 ".pushsection .altinstr_aux, \"ax\"\n"
		 "3: testb $1, features(%%rip)\n jnz %l[yes]\n jmp %l[no]\n"
		 ".popsection\n" : : : : yes, no);
yes:
	h->what = &by_feature;
no:
	return by_feature.a;
}

static const struct pair by_replacement = { 3, PREPOST(1, 2) };
int replacement(const void **to)
{
	const struct pair *p = &by_replacement;

	asm volatile(ALTERNATIVE("nop", "movq %%rdi, (%%rsi)", 7) : : "D"(p), "S"(to) : "memory");
	return by_replacement.a;
}

static const struct pair by_memcpy = { 4, PREPOST(1, 2) };
void copy(struct holder *h)
{
	struct holder own = { &by_memcpy, h->more, 1 };

	memcpy(h, &own, ext(sizeof(own)));
}

static const struct pair by_memcmp = { 5, PREPOST(1, 2) };
int compare(struct holder *h)
{
	struct holder own = { &by_memcmp, h->more, 1 };

	return memcmp(h, &own, sizeof(own)) ? ext(1) : ext2(2);
}

static noinline void keep_member(const struct holder *h)
{
	kept = h->what;
	ext(h->more);
}

static const struct pair by_member = { 6, PREPOST(1, 2) };
void member(long x)
{
	struct holder own = { &by_member, x, x };

	keep_member(&own);
	ext2(own.more);
}

static const struct pair by_xor = { 7, PREPOST(1, 2) };
int mix(struct holder *h, long x)
{
	return (((long)h->what ^ (long)&by_xor) | (h->more ^ x)) ? ext(1) : 5;
}

static const struct pair by_hash = { 8, PREPOST(1, 2) };
static int users[64];
int hash_get(void) { return ++users[((u64)&by_hash * 0x9e3779b97f4a7c15ull) >> 58]; }
int hash_put(void) { return --users[((u64)&by_hash * 0x9e3779b97f4a7c15ull) >> 58]; }

static const struct pair by_msr = { 9, PREPOST(1, 2) };
void msr(void)
{
	asm volatile("wrmsr" : : "c"(0x1b), "a"((unsigned int)(u64)&by_msr), "d"(0));
}

static const u64 by_idt[2] = { 10, PREPOST(1, 2) };
void idt(void)
{
	struct __attribute__((packed)) { unsigned short size; u64 at; } d = { 15, (u64)by_idt };

	asm volatile("lidt %0" : : "m"(d));
}

static const u64 by_cr[2] = { 11, PREPOST(1, 2) };
void cr(void)
{
	asm volatile("mov %0, %%cr3" : : "r"(by_cr) : "memory");
}

static const struct pair by_difference[4] = { { 12, PREPOST(1, 2) } };
int difference(const void *p)
{
	return (u64)p - (u64)by_difference < sizeof(by_difference) ? ext(1) : ext2(2);
}

static const struct pair by_sum = { 13, PREPOST(1, 2) };
int sum(struct holder *h)
{
	return h->more + (u64)&by_sum > 8 ? ext(1) : ext2(2);
}

static const struct pair inner = { 14, PREPOST(1, 2) };
static const struct holder by_argument[2] = { { &inner, 1 }, { &inner, 2 } };
extern int seventh(int, int, int, int, int, int, const void *);
int argument(int x)
{
	return seventh(x, 1, 2, 3, 4, 5, by_argument[x & 1].what) + 1;
}

/* Text may be stored, but this is compared after that. */
static const char by_second[] = PREPOST("old", "new");
void second(struct holder *h)
{
	const void *before = *(const void *volatile *)&h->what;

	*(const void *volatile *)&h->what = by_second;
	if (before != by_second)
		ext(1);
}

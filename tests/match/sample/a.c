// SPDX-License-Identifier: GPL-2.0
/* One of the files that tests/match matches; what it does does not matter. */
#include "sample.h"

static ulong calls;
static ulong table[16];
static const unsigned short steps[] = { 1, 2, 3, 5, 8, 13, 21, 34 };

ulong shared_counter;

/* The same in both files: told apart by who calls it. */
static noinline long twin(ulong *p)
{
	return p[0] * 3 + p[1];
}

/* The same in both files, and only data leads to it. */
static noinline long data_twin(ulong *p)
{
	return p[0] ^ p[2];
}

/* The same name, other code */
static noinline long cousin(ulong *p)
{
	calls++;
	return p[3] + steps[p[4] & 7];
}

static long first_a(ulong *p)
{
	return twin(p) + report("first in a", *p);
}

static const struct ops ops_a = { "ops of a", first_a, cousin };

struct ops changing_ops = { "changing", data_twin, first_a };

long __weak soft(ulong *p)
{
	return report("soft of a", p[5]);
}

/* The linker puts it elsewhere, where it would have room in its file. */
long __weak __attribute__((cold)) far(ulong *p)
{
	return p[7] * 5 + p[8];
}

static noinline __attribute__((aligned(256))) void locked(ulong *p)
{
	asm volatile(LOCK_PREFIX "incq %0" : "+m" (*p));
}

static noinline ulong alternative(ulong n)
{
	asm volatile(ALTERNATIVE("imul $3, %0", "lea (%0,%0,2), %0", 0x123)
		     : "+r" (n));
	return n;
}

static ulong key_one[2], key_two[2];
ulong key_shared[2];

/* What tables say about it */
static noinline long labelled(ulong *p)
{
	ulong value;

	BRANCH(key_one, 0, one);
	BRANCH(key_shared, 1, two);
	if (p[0] > 3)
		WARN_AT(0x901);
	READ_SAFE(value, p + 4);
	return value;
one:
	BRANCH(key_two, 0, two);
	READ_SAFE(value, p + 5);
	return value + 1;
two:
	WARN_AT(0x903);
	return 2;
}

/* Jumps to a near function, with code behind and branches across. */
long jumper(ulong *p)
{
	ulong i;

	if (p[0] & 1) {
		for (i = 0; i < 4; i++)
			if (p[i] == calls)
				return twin(p);
		shared_counter ^= p[2];
		return cousin(p);
	}
	while (p[0] > 3)
		p[0] -= table[p[0] & 15];
	return shared_counter;
}

long entry_a(ulong *p)
{
	long ret = soft(p) + cousin(p) + twin(p);
	ulong i;

	if (p[8] == 77)
		ret += far(p);
	for (i = 0; i < 16; i++) {
		table[i] += alternative(p[i]) / (i + 3);
		if (table[i] > 1000)
			ret += report("more than a thousand", table[i]);
	}
	locked(&shared_counter);
	ret += labelled(p);
	switch (p[0]) {
	case 1:
		return report("one", ret);
	case 2:
		return report("two", ret) + calls;
	case 7:
		return changing_ops.one(p);
	}
	return ops_a.two(p) + changing_ops.two(p);
}

const struct ops *const all_ops[2] = { &ops_a, &ops_a };

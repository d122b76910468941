// SPDX-License-Identifier: GPL-2.0
#include "sample.h"

static ulong calls;
static ulong last[8];

static noinline long twin(ulong *p)
{
	return p[0] * 3 + p[1];
}

static noinline long data_twin(ulong *p)
{
	return p[0] ^ p[2];
}

static noinline long cousin(ulong *p)
{
	calls += 2;
	return p[3] - p[4] + shared_counter;
}

static struct ops ops_b = { "ops of b", data_twin, twin };

long soft(ulong *p)
{
	return report("strong of b", p[6]);
}

const char *greeting(int i)
{
	static const char *const names[] = {
		"good morning", "good day", "good evening", "morning",
	};

	return names[i & 3];
}

noinline long report(const char *what, ulong n)
{
	ulong i, sum = n;

	for (i = 0; what[i]; i++) {
		last[i & 7] = what[i];
		sum = (sum << 5) ^ (sum >> 3) ^ what[i];
	}
	asm volatile("mfence" ::: "memory");
	return sum & 0x7fffffff;
}

long entry_b(ulong *p)
{
	const struct ops *o = all_ops[p[0] & 1];
	long ret = cousin(p) + twin(p);

	if (p[1] > 100) {
		ret += o->one(p);
		if (p[2] > 1000)
			ret -= report(o->name, calls);
	}
	if (p[9] == 0x1234567890abcdefUL)
		ret += report(greeting(p[9]), p[10]);
	return ret + ops_b.one(p) + report("end", last[p[7] & 7]);
}

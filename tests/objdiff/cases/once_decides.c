// SPDX-License-Identifier: GPL-2.0
// What a flag of a place in the code decides: a result, what is skipped, a value that
// goes on; or it fills memory, calls by a pointer, is a count, or others ask for it.
// refuse: state_renamed:answers state_renamed:asked state_renamed:before state_renamed:calls
// refuse: state_renamed:clears state_renamed:local state_renamed:same
// refuse: state_renamed:counts state_renamed:goes_on state_renamed:named
// refuse: state_renamed:skips state_renamed:tails state_renamed:tells state_renamed:users
#include "kernel.h"
extern void *memset(void *p, int c, u64 n);
extern void use(int *n);
extern int snprintf(char *s, u64 n, const char *fmt, ...);
#define FLAG	static _Bool __section(".data..once")
FLAG answers, asked, before, calls, local, same, clears, goes_on, named, skips, tails, tells;
static int __section(".data..unlikely") counts, users;
static char cache[512], name[32];

int answer(int x)
{
	WARN(x > PREPOST(5, 6));
	if (!answers) {
		answers = 1;
		return 7;
	}
	return 0;
}

int same_answer(int x)
{
	if (x > PREPOST(5, 6))
		return 7;
	ext(x);
	if (!same) {
		same = 1;
		return 7;
	}
	return 0;
}

int do_before(int x)
{
	if (!before) {
		exported(x);
		before = 1;
	}
	return ext(PREPOST(1, 2));
}

int in_memory(int x)
{
	int n = 1;

	if (!local) {
		local = 1;
		n = 7;
	}
	use(&n);
	return n + PREPOST(1, 2);
}

_Bool tell(int x)
{
	_Bool once = 0;

	if (x > PREPOST(3, 4) && !tells) {
		tells = 1;
		once = 1;
	}
	return once;
}

int skip(int x)
{
	if (!skips) {
		skips = 1;
		return 0;
	}
	ext(x + PREPOST(1, 2));
	return 0;
}

int go_on(int x)
{
	int times = 1;

	if (!goes_on) {
		goes_on = 1;
		log_msg("first\n");
		times = 3;
	}
	ext(times);
	return x + PREPOST(1, 2);
}

int tail(int x)
{
	if (!tails) {
		tails = 1;
		return exported(x);
	}
	return PREPOST(1, 2);
}

int clear(int x)
{
	if (!clears) {
		clears = 1;
		memset(cache, 0, sizeof(cache));
	}
	return cache[x & 511] + PREPOST(1, 2);
}
int fill(int x) { cache[x & 511] = x; return 0; }

int call_it(int (*f)(int))
{
	if (!calls) {
		calls = 1;
		f(3);
	}
	return ext(PREPOST(1, 2));
}

int name_it(int x)
{
	if (!named) {
		named = 1;
		snprintf(name, sizeof(name), "id%d", x);
	}
	return name[x & 31] + PREPOST(1, 2);
}

int set(int x)
{
	if (x > PREPOST(10, 11))
		asked = 1;
	return ext(x);
}
int ask(int x) { return asked ? ext(x) : ext2(x); }

int opens(int x) { users++; return ext(x + PREPOST(1, 2)); }
int closes(int x) { return --users ? x : ext2(x); }

int count(int x) { return ++counts + ext(x + PREPOST(1, 2)); }

// SPDX-License-Identifier: GPL-2.0
// Flags, limits, keys and local constants have no name that tells them apart. Where two
// were used, one is; or each is used where the other was. The code is the same else, so
// it looks as if nothing changes. Not so if the compiler only numbers them anew.
// cflags: -g
// replace: keys keys_swapped limits marks
// gcc-new: __key.* _rs.*
#include "kernel.h"
struct key { char c[16]; };
struct limit { int interval, burst; long x[2]; };
struct thing { long a[4], b[4]; const int *tag; };
extern void lock_init(long *, const char *, struct key *);
extern int ratelimit(struct limit *, const char *);
void keys(struct thing *t)
{
	static struct key __key;
	struct key *p = &__key, *q;
	{
		static struct key __key;
		q = PREPOST(&__key, p);
		lock_init(t->a, "a", p);
		lock_init(t->b, "b", q);
	}
}
void keys_swapped(struct thing *t)
{
	static struct key __key;
	struct key *p = &__key, *q;
	{
		static struct key __key;
		q = &__key;
		lock_init(t->a, "a", PREPOST(p, q));
		lock_init(t->b, "b", PREPOST(q, p));
		lock_init(t->b, "b", p);
	}
}
int limits(int x)
{
	static struct limit _rs = { 5, 10 };
	struct limit *p = &_rs, *q;
	{
		static struct limit _rs = { 5, 10 };
		q = PREPOST(&_rs, p);
		if (x > 5 && ratelimit(p, "f"))
			log_msg("a");
		if (x > 9 && ratelimit(q, "f"))
			log_msg("b");
	}
	return x;
}
int marks(struct thing *t, int x)
{
	static const int one[4] = { 1, 2, 3, 4 };
	static const int two[4] = { 1, 2, 3, 4 };

	if (x == 1)
		t->tag = PREPOST(one, two);
	if (x == 2)
		return t->tag == one;
	return x == 3 ? t->tag == two : 0;
}
#ifdef POST
static __used noinline int counted(int x) { static struct key __key; ext((long)&__key); return x; }
#endif
int same(struct thing *t)
{
	static struct key __key;
	lock_init(t->a, "same", &__key);
	return ext(1);
}

// SPDX-License-Identifier: GPL-2.0
// An inline function has one flag for all that it becomes a part of. And a message may
// be prepared: by questions, on the stack, by what has to be loaded again afterwards.
// replace: checks knows prepares reloads says_last
#include "kernel.h"
extern int _printk(const char *, ...);
extern int snprintf(char *s, u64 n, const char *fmt, ...);
extern int sched_clock_stable(void);
struct thing { int state, *at; u64 rest[20]; };

static inline __attribute__((always_inline)) void check(struct thing *t)
{
	static _Bool __section(".data..once") __already_done;

	if (unlikely(t->state < 2) && !__already_done) {
		__already_done = 1;
		_printk("\0014%d\n", t->state);
	}
}
int checks(struct thing *t)
{
	check(t);
	t->state = ext(t->state);
	check(t);
	return t->rest[2] + PREPOST(1, 2);
}
int other(struct thing *t) { check(t); return t->rest[3]; }

int prepares(struct thing *t)
{
	static _Bool __section(".data..once") __already_done;
	char text[16];

	if (t->state > PREPOST(3, 4) && !__already_done) {
		__already_done = 1;
		snprintf(text, sizeof(text), "%d", t->state);
		_printk("\0014%s %s\n", text, sched_clock_stable() ? "" : "perhaps");
	}
	return ext(t->state);
}

int reloads(struct thing *t)
{
	static _Bool __section(".data..once") __already_done;
	int *at = t->at, n = t->state;

	if (!at && !__already_done) {
		__already_done = 1;
		_printk("\0014%d\n", n);
	}
	while (n--)
		if (t->at == at)
			at = &t->at[ext(PREPOST(n, n + 1))];
	return at == t->at;
}

/* here the compiler knows the value that it loads again */
int knows(struct thing *t, int x)
{
	while (x--)
		if (unlikely(t->state == 7)) {
			static _Bool __section(".data..once") __already_done;

			if (!__already_done) {
				__already_done = 1;
				_printk("\0014seven\n");
			}
			break;
		}
	return ext(t->state + PREPOST(1, 2));
}

void says_last(struct thing *t)
{
	static _Bool __section(".data..once") __already_done;

	if (t->state == PREPOST(1, 2)) {
		ext(1);
	} else if (!__already_done) {
		__already_done = 1;
		_printk("\0014%d\n", t->state);
	}
}

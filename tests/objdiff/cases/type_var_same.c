// SPDX-License-Identifier: GPL-2.0
// The types of variables are the same, whatever they are called; or what changed is a
// constant with the same contents, or a variable that nothing new uses.
// cflags: -g -gdwarf-5
// replace: another group kinds named numbers pairs qualified reads second
// new: *fresh_local*
#include "kernel.h"
typedef PREPOST(unsigned long, unsigned long long) stamp_t;
typedef struct { int counter; } atomic_t;
struct list { struct list *next; };
struct old { int a; };
struct fresh { int b; };
extern int take(const volatile void *p);
#define CHANGED PREPOST(1, 2)

static PREPOST(u64, unsigned long long) jiffies;
static PREPOST(long long, long) offset;
static stamp_t stamp;
int numbers(void) { return take(&jiffies) + take(&offset) + take(&stamp) + CHANGED; }

static PREPOST(, const volatile) struct list *PREPOST(, volatile) head;
int qualified(void) { return take(&head) + take(head) + CHANGED; }

typedef struct list list_t;
static PREPOST(struct list, list_t) other_list;
int named(void) { return take(&other_list) + CHANGED; }

int pairs(int x)
{
	if (x) {
#ifdef POST
		static long fresh_local;

		take(&fresh_local);
#endif
		static atomic_t count;

		return take(&count) + CHANGED;
	}
	return 0;
}
int another(void)
{
	static atomic_t count;

	return take(&count) + CHANGED;
}

static struct {
	int n;
	PREPOST(int a; int b;, union { struct { int a; int b; }; struct { int a; int b; } both; };)
} grouped;
int group(void) { return take(&grouped) + CHANGED; }
static struct { PREPOST(long curr;, union { long curr; long donor; };) } renamed;
int second(void) { return take(&renamed) + CHANGED; }

static const PREPOST(struct old, struct fresh) limits = { 5 };
int reads(void) { return take(&limits) + CHANGED; }

static PREPOST(struct old, struct fresh) elsewhere;
int unchanged(void) { return take(&elsewhere); }

#ifdef POST
#define MORE , K_D
#else
#define MORE
#endif
static enum { K_A, K_B, K_C MORE } kind;
int kinds(void) { return take(&kind) + CHANGED; }

// SPDX-License-Identifier: GPL-2.0
// The type of a variable that the running kernel keeps changed, but neither its size
// nor its initial value. Each function uses one.
// cflags: -g -gdwarf-4
// refuse: enum_changed:enum?{?A0?} enum_changed:enum?{?M_OFF?}
// refuse: type_changed:array type_changed:array_unnamed type_changed:callback type_changed:fails type_changed:enums
// refuse: type_changed:global type_changed:inlined type_changed:local type_changed:member_pointer
// refuse: type_changed:number type_changed:percpu type_changed:pointer type_changed:root type_changed:typed type_changed:unnamed
// refuse: type_changed:unnamed_enum type_changed:unnamed_pointer
#include "kernel.h"
struct rb_root { void *rb_node; };
struct hlist_head { void *first; };
struct old { int users, limit; };
struct fresh { int limit, users; };
typedef struct { long v; } old_t;
typedef struct { long v; } fresh_t;
typedef enum { A0, A1 } old_enum;
enum fresh_enum { B0, B1 };
extern int take(void *p);
#define CHANGED PREPOST(1, 2)

static PREPOST(struct rb_root, struct hlist_head) table;
int root(void) { return take(&table) + CHANGED; }

int local(void)
{
	static PREPOST(struct old, struct fresh) st;

	return take(&st) + CHANGED;
}

static PREPOST(struct old, struct fresh) __percpu_data counters;
int percpu(void) { return take(&counters) + CHANGED; }

PREPOST(struct old, struct fresh) shared;
int global(void) { return take(&shared) + CHANGED; }

static struct { PREPOST(int users; int limit;, int limit; int users;) } nameless;
int unnamed(void) { return take(&nameless) + CHANGED; }

static struct { int n; struct { PREPOST(int a; int b;, int b; int a;) } in[4]; } nameless_array[3];
int array_unnamed(void) { return take(nameless_array) + CHANGED; }

static struct { PREPOST(int a; int b;, int b; int a;) } *nameless_pointer;
int unnamed_pointer(void) { return take(&nameless_pointer) + CHANGED; }

static PREPOST(struct old, struct fresh) many[4];
int array(void) { return take(many) + CHANGED; }

static PREPOST(struct old, struct fresh) *first;
int pointer(void) { return take(&first) + CHANGED; }

static struct { PREPOST(struct old, struct fresh) *p; } holder;
int member_pointer(void) { return take(&holder) + CHANGED; }

static PREPOST(old_t, fresh_t) wrapped;
int typed(void) { return take(&wrapped) + CHANGED; }

static int (*hook)(PREPOST(struct old, struct fresh) *);
int callback(void *p) { return take(&hook) + hook(p) + CHANGED; }

static PREPOST(old_enum, enum fresh_enum) mode;
int enums(void) { return take(&mode) + CHANGED; }

static enum { PREPOST(M_OFF, N_OFF), PREPOST(M_ON, N_ON) } level;
int unnamed_enum(void) { return take(&level) + CHANGED; }

static PREPOST(unsigned long, long) stamp;
int number(void) { return take(&stamp) + CHANGED; }

static PREPOST(struct old, struct fresh) rare;
static __cold noinline int fails(int x) { return take(&rare) + x + CHANGED; }
int cold(int x)
{
	if (unlikely(x == CHANGED))
		return fails(x);
	return x;
}

static PREPOST(struct old, struct fresh) within;
static inline __attribute__((always_inline)) int helper(void) { return take(&within); }
int inlined(void) { return helper() + CHANGED; }

#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC2154,SC2086 # run.sh sets the variables
# What is the same over the old types: the code, and all that it refers to. The offsets
# in a table, in an alternative or in a key's entry are a part of it.
set -e
# shellcheck source=tests/objdiff/report.sh
. "$here/report.sh"
cd "$out"
cat >o.c <<'END'
#include "kernel.h"
#define offsetof(t, m) __builtin_offsetof(t, m)
struct thing {
	long first;
#ifdef NEW_TYPE
	long extra;
#endif
	long a, b;
	struct static_key key;
};
struct hidden { long first;
#ifdef NEW_TYPE
	long extra;
#endif
	long a; };
struct entry { const char *name; int off; };
struct params { unsigned short key_off, len; };
struct inner { const struct params *p; };
struct outer { struct inner in; };
extern int take(const void *p, const void *q);
extern struct thing the_thing;

static const struct entry entries[] = { { "a", offsetof(struct thing, a) }, { "b", offsetof(struct thing, b) } };
int table(struct thing *t) { return take(t, entries); }
static const struct params params = { offsetof(struct thing, a), 4 };
int by_params(struct thing *t) { return take(t, &params) + PREPOST(1, 2); }
/* by a constant that refers to a constant, and back */
static const struct outer deep;
static const struct inner loop[2] = { { &params }, { (void *)&deep } };
static const struct outer deep = { { (void *)loop } };
int nested(struct thing *t) { return take(t, &deep) + PREPOST(1, 2); }
/* new data, with a value from the start */
#ifdef POST
static int offset = offsetof(struct thing, a);
#endif
int variable(struct thing *t) { return take(t, PREPOST(0, &offset)); }
int alternative(struct thing *t)
{
	long r;

	asm volatile(ALTERNATIVE("call ext", "movq %c2(%1), %0", 7) : "=a"(r) : "D"(t), "i"(offsetof(struct thing, a)));
	return r + PREPOST(1, 2);
}
int jump_label(struct thing *t) { return static_branch(&the_thing.key) ? take(t, 0) : PREPOST(1, 2); }
int switched(struct thing *t, int x)
{
	switch (x) {
	case 0: return offsetof(struct thing, a);
	case 1: return 5;
	case 2: return offsetof(struct thing, b);
	case 3: return 99;
	case 4: return 17 + PREPOST(1, 2);
	case 5: return 1;
	case 6: return 23;
	}
	return take(t, 0);
}
/* a cast, of which debug information tells nothing: the table does */
static const struct entry hidden[] = { { "hidden", offsetof(struct hidden, a) } };
int unseen(void *p) { return take(p, hidden) + PREPOST(1, 2); }

/* these are the same */
static const struct entry fixed[] = { { "first", offsetof(struct thing, first) } };
int same_table(struct thing *t) { return take(t, fixed) + PREPOST(1, 2); }
int same_warn(struct thing *t) { WARN_ONCE(!t); pr_debug("x"); return take(t, "text") + PREPOST(1, 2); }
int same_key(struct thing *t) { extern struct static_key key; return static_branch(&key) ? take(t, 0) : PREPOST(1, 2); }
END
$CC $flags -g -I"$here" -c -o o0.o o.c
$CC $flags -g -I"$here" -DPOST -DNEW_TYPE -c -o o1.o o.c
$CC $flags -g -I"$here" -DPOST -c -o o2.o o.c
code=0
"$tool" create --name old --release test --symvers "$here/symvers" -o o.upd.o --source o.o o0.o o1.o \
	--old-types o.o o2.o --json o.json || code=$?
[ $code -eq 4 ]
grep -q '{"source": "o.o", "types": "judged"' o.json
is "alternative by_params jump_label nested switched table unseen variable" \
	"$(names '.refusals[] | select(.code == "type_changed") | .what, (.also // [])[]' o.json)"

# What changed in the file itself is in no old type: the code is the same over both and
# reaches it; an enum as well.
cat >w.c <<'END'
#include "kernel.h"
struct own { int PREPOST(a, b), PREPOST(b, a); };
enum own_state { PREPOST(IDLE, BUSY), PREPOST(BUSY, IDLE) };
int reads(struct own *o) { return ext(o->a); }
int state(int x) { return ext(x == (int)BUSY); }
END
$CC $flags -g -I"$here" -c -o w0.o w.c
$CC $flags -g -I"$here" -DPOST -c -o w1.o w.c
cp w1.o w2.o
code=0
"$tool" create --name own --release test --symvers "$here/symvers" -o w.upd.o --source w.o w0.o w1.o \
	--old-types w.o w2.o --json w.json || code=$?
[ $code -eq 4 ]
[ "$(jq -r '.refusals[] | "\(.code):\(.what)"' w.json | sort | xargs)" = "enum_changed:enum own_state type_changed:reads" ]

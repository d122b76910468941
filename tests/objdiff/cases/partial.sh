#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC2154,SC2086 # run.sh sets the variables
# --partial: what is refused is left out, and what belongs to it; no more.
set -e
# shellcheck source=tests/objdiff/report.sh
. "$here/report.sh"
cd "$out"
cat >p.h <<'END'
#ifdef POST
#define PREPOST(a, b)	b
#else
#define PREPOST(a, b)	a
#endif
#define noinline __attribute__((noinline))
struct thing { int a; PREPOST(, int extra;) int b; };
extern int ext(int);
extern int taker(PREPOST(int, long) x);
END
cat >p.c <<'END'
#include "p.h"
int setting = PREPOST(1, 2);
#ifdef POST
static int shared;
#endif
/* reaches the type that changed */
noinline int reaches(struct thing *t) { return ext(t->b) PREPOST(, + t->extra + shared++); }
/* calls it, is called by it or not at all, uses the new variable as well */
int calls(struct thing *t) { return reaches(t) + PREPOST(1, 2); }
int calls_caller(struct thing *t, int x) { return calls(t) + PREPOST(x, x * 3); }
int shares(int x) { return ext(x) PREPOST(, + shared++); }
int apart(int x) { return ext(x) + PREPOST(3, 4); }
/* uses data that changed; does not */
int uses_data(int x) { return setting + PREPOST(x, x * 5); }
/* is called in a new way, from the other file, and reaches the type */
noinline int taker(PREPOST(int, long) x) 
{
	struct thing *t = (void *)(long)x;

	return ext(t->b) PREPOST(, + t->extra);
}
int unchanged(int x) { return ext(x); }
END
cat >q.c <<'END'
#include "p.h"
int giver(int x) { return taker(x PREPOST(, + 0x100000000l)); }
int other(int x) { return ext(x) + PREPOST(5, 6); }
END
for f in p q; do
	$CC $flags -g -c -o ${f}0.o $f.c
	$CC $flags -g -DPOST -c -o ${f}1.o $f.c
done
create() {
	"$tool" create --name partial --release test --symvers "$here/symvers" -o p.upd.o \
		--source p.o p0.o p1.o --source q.o q0.o q1.o --json p.json "$@"
}

code=0
create || code=$?
[ $code -eq 4 ]

create --partial
is "apart other" "$(names '.objects[].replaced[].name' p.json)"
is "calls calls_caller giver reaches setting shares taker uses_data" "$(names '.left_out[].what' p.json)"
[ "$(jq .functions_left_out p.json)" -eq 7 ]
[ "$(jq .functions_replaced p.json)" -eq 2 ]
jq -e '.left_out[] | select(.what == "giver") | .code == "call_changed" or .code == "needs_refused"' p.json
jq -e '.left_out[] | select(.what == "setting") | .kind == "data" and .code == "data_changed"' p.json
"$tool" inspect p.upd.o | grep -q "^  apart (.*, p.o) by apart+0"

# what the compiler did not take, and what the kernel does not have
create --partial --leave-out p.o apart 'it does not compile'
is other "$(names '.objects[].replaced[].name' p.json)"
echo ext >p.unknown
code=0
create --partial --unknown p.unknown || code=$?
[ $code -eq 3 ]
is "" "$(names '.objects[].replaced[].name' p.json) "

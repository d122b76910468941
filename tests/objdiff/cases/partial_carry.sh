#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC2154,SC2086 # run.sh sets the variables
# --partial: a function that keeps its old source is replaced by it, if that is all
# that others lack; unless something new is in it.
set -e
# shellcheck source=tests/objdiff/report.sh
. "$here/report.sh"
cd "$out"
cat >c.h <<'END'
#ifdef POST
#define PREPOST(a, b)	b
#else
#define PREPOST(a, b)	a
#endif
#define noinline __attribute__((noinline))
extern int ext(int);
extern int sender(PREPOST(int, long) x);
static inline int send_it(int x) { return sender(x PREPOST(, + 0x100000000l)); }
END
cat >c.c <<'END'
#include "c.h"
static inline __attribute__((always_inline)) int helper(int x) { return x * 3; }
noinline int stays(int x) { return send_it(helper(x)) + 1; }
#ifdef BETWEEN
int between(int x) { return send_it(x) + stays(x); }
#endif
int connected(int x) { return stays(x) + PREPOST(1, 2); }
int apart(int x) { return ext(x) + PREPOST(1, 2); }
END
cat >d.c <<'END'
#include "c.h"
noinline int sender(PREPOST(int, long) x) { return ext((int)(x PREPOST(, >> 32))); }
int caller(int x) { return sender(x PREPOST(, + 0x200000000l)); }
END
for f in c d; do
	$CC $flags -g -c -o ${f}0.o $f.c
	$CC $flags -g -DPOST -c -o ${f}1.o $f.c
done
create() {
	"$tool" create --partial --name carry --release test --symvers "$here/symvers" -o c.upd.o \
		--source c.o c0.o c1.o --source d.o d0.o d1.o --json c.json "$@"
}

create
is "apart caller connected sender stays" "$(names '.objects[].replaced[].name' c.json)"
[ "$(jq .functions_carried c.json)" -eq 0 ]

create --leave-out c.o stays 'it does not compile'
is "apart caller sender stays" "$(names '.objects[].replaced[].name' c.json)"
is "connected stays" "$(names '.left_out[].what' c.json)"
[ "$(jq .functions_carried c.json)" -eq 1 ]
[ "$(jq .functions_left_out c.json)" -eq 2 ]

create --leave-out c.o stays 'it does not compile' --new-body c.o helper
is apart "$(names '.objects[].replaced[].name' c.json)"
is "caller connected sender stays" "$(names '.left_out[].what' c.json)"
[ "$(jq .functions_carried c.json)" -eq 0 ]

# What only the header changed is in its old source, too, where that is known.
$CC $flags -g -DBETWEEN -c -o c0.o c.c
$CC $flags -g -DBETWEEN -DPOST -c -o c1.o c.c
create --leave-out c.o stays 'it does not compile'
is apart "$(names '.objects[].replaced[].name' c.json)"
create --leave-out c.o stays 'it does not compile' --new-body c.o connected --new-body c.o apart
is "apart between caller sender stays" "$(names '.objects[].replaced[].name' c.json)"
is "between connected stays" "$(names '.left_out[].what' c.json)"
[ "$(jq .functions_carried c.json)" -eq 2 ]

#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC2154,SC2086 # run.sh sets the variables
# One reason is one entry, however many functions it concerns: of each file in the JSON,
# of all files in the text. With --partial each function is left out for itself.
set -e
# shellcheck source=tests/objdiff/report.sh
. "$here/report.sh"
cd "$out"
cat >t.c <<'END'
#include "kernel.h"
struct info { int a; PREPOST(, int lock;) int b; };
#define USE(n) int PASTE(use, n)(struct info *p) { return ext(p->b) + PREPOST(n, n * 2); }
#define PASTE(a, b) PASTE2(a, b)
#define PASTE2(a, b) PASTE3(a, FILE, b)
#define PASTE3(a, f, b) PASTE4(a, f, b)
#define PASTE4(a, f, b) a##f##b
USE(1) USE(2) USE(3) USE(4) USE(5) USE(6) USE(7)
int PASTE(apart, 1)(int x) { return ext(x) + PREPOST(1, 2); }
END
for f in a b; do
	$CC $flags -g -I"$here" -DFILE=_$f -c -o t${f}0.o t.c
	$CC $flags -g -I"$here" -DFILE=_$f -DPOST -c -o t${f}1.o t.c
done
create() {
	"$tool" create --name once --release test --symvers "$here/symvers" -o t.upd.o --json t.json \
		--source a.o ta0.o ta1.o --source b.o tb0.o tb1.o "$@"
}
code=0
create 2>t.txt || code=$?
[ $code -eq 4 ]
[ "$(grep -c ^refused t.txt)" -eq 1 ]
grep -q 'a.o: use_a1: it reaches struct info, whose layout changed .*; the same for use_a2, .* and 9 more; way out: ' t.txt
[ "$(jq -r '.refusals[] | "\(.source) \(.what) \(.also | length)"' t.json | xargs)" = "a.o use_a1 6 b.o use_b1 6" ]
create --partial
is "apart_a1 apart_b1" "$(names '.objects[].replaced[].name' t.json)"
[ "$(jq .functions_left_out t.json)" -eq 14 ]

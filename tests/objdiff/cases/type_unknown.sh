#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC2154,SC2086 # run.sh sets the variables
# Without debug information nothing is known of the types: that is said, by the report and
# by the JSON, of whichever object lacks it.
set -e
cd "$out"
cat >n.c <<'END'
#include "kernel.h"
struct foo { int a; PREPOST(, int n;) int b; };
int f(struct foo *p) { return ext(p->b) + PREPOST(1, 2); }
END
$CC $flags -I"$here" -c -o n0.o n.c
$CC $flags -I"$here" -DPOST -c -o n1.o n.c
$CC $flags -g -I"$here" -c -o n0g.o n.c
$CC $flags -g -I"$here" -DPOST -c -o n1g.o n.c
for pair in "n0.o n1.o old and the new" "n0g.o n1.o new" "n0.o n1g.o old"; do
	read -r pre post which <<<"$pair"
	"$tool" diff $pre $post >n.txt
	grep -q "^warning: .*types were not compared: there is no debug information in the object of the $which source" n.txt
	"$tool" diff $pre $post --json >n.json
	[ "$(jq -r '.objects[].types' n.json)" = unknown ]
	[ "$(jq -r '.notes[] | select(.kind == "warning") | .text' n.json | grep -c 'types were not compared')" = 1 ]
done
code=0
"$tool" diff n0g.o n1g.o --json >n.json || code=$?
[ $code -eq 4 ]
[ "$(jq -r '.objects[].types' n.json)" = changed ]

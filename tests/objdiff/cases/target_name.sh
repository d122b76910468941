#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC2154,SC2086 # run.sh sets the variables
# A module that is called as a file of each update in sysfs: its directory would
# have to stand where that is.
set -e
cd "$out"
cat >n.c <<'END'
#include "kernel.h"
int fn(int x) { return x + PREPOST(1, 2); }
END
${CC:-gcc} $flags -I"$here" -c -o n.pre.o n.c
${CC:-gcc} $flags -I"$here" -DPOST -c -o n.post.o n.c
# create TARGET CODE REASONS
create() {
	code=0
	"$tool" create --name named --release test --symvers "$here/symvers" -o n.upd.o --json n.json \
		--target "$1" --source n.o n.pre.o n.post.o || code=$?
	[ $code -eq "$2" ]
	[ "$(jq -r '.refusals[]? | "\(.code):\(.what)"' n.json | sort | xargs)" = "$3" ]
}
for name in state enabled in_the_way stays timeout_ms; do
	create $name 4 "target_name:$name"
done
create states_of_the_union 0 ""
create vmlinux 0 ""

#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC2154,SC2086 # run.sh sets the variables
# What the author says of the boot code of one file is not said of another's.
set -e
cd "$out"
for f in one two; do
	cat >done_$f.c <<END
#include "kernel.h"
extern void *make_cache(const char *name, int size);
extern int copy(void *to, u64 n);
static void *cache;
static int __init __used setup(void) { cache = make_cache("$f", PREPOST(96, 192)); return 0; }
int fill_$f(void) { return copy(cache, PREPOST(96, 192)); }
END
	$CC $flags -I"$here" -c -o done_${f}0.o done_$f.c
	$CC $flags -I"$here" -DPOST -c -o done_${f}1.o done_$f.c
done
# says FILES OPTION...
says()
{
	local files=$1 got

	shift
	got=$("$tool" create --name two --release test --symvers "$here/symvers" -o done.upd.o --json done.json "$@" \
		--source a/done_one.o done_one0.o done_one1.o --source a/done_two.o done_two0.o done_two1.o >/dev/null 2>&1
		jq -r '.refusals[] | select(.code == "boot_changed") | .source' done.json | tr '\n' ' ')
	[ "$got" = "$files" ] || { echo "$*: expected $files, got $got"; exit 1; }
}
says "a/done_one.o a/done_two.o "
says "a/done_one.o a/done_two.o " --boot-done setup
says "a/done_two.o " --boot-done done_one.c:setup
says "a/done_one.o a/done_two.o " --boot-done one.c:setup
says "" --boot-done done_one.o:setup --boot-done a/done_two.c:setup
jq -r '.refusals[].way_out' done.json | grep . && exit 1
"$tool" create --name two --release test --symvers "$here/symvers" -o done.upd.o --json done.json \
	--source a/done_one.o done_one0.o done_one1.o --source a/done_two.o done_two0.o done_two1.o >/dev/null 2>&1 || true
jq -r '.refusals[].way_out' done.json | grep -q -e '--boot-done a/done_one.o:setup'

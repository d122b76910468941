#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC2154,SC2086 # run.sh sets the variables
# A new pointer is set by code of one file, which has run, and another file relies on it.
set -e
# shellcheck source=tests/objdiff/report.sh
. "$here/report.sh"
cd "$out"
cat >ranset.c <<'END'
#include "kernel.h"
struct dev { int id; };
#ifdef POST
extern struct dev *found;
#endif
int probe(struct dev *d)
{
#ifdef POST
	found = d;
#endif
	return ext(d->id);
}
END
cat >ranuse.c <<'END'
#include "kernel.h"
struct dev { int id; };
#ifdef POST
struct dev *found;
#endif
int reads(int n)
{
#ifdef POST
	n += found->id;
#endif
	return ext2(n);
}
END
for f in ranset ranuse; do
	$CC $flags -g -I"$here" -c -o ${f}0.o $f.c
	$CC $flags -g -I"$here" -DPOST -c -o ${f}1.o $f.c
done
status=0
"$tool" create --name ran --release test --symvers "$here/symvers" --defined /dev/null -o ran.upd.o \
	--json ran.json --source ranset.o ranset0.o ranset1.o --source ranuse.o ranuse0.o ranuse1.o ||
	status=$?
[ "$status" = 4 ]
is "set_at_boot:found" "$(names '.refusals[] | .code + ":" + .what' ran.json)"

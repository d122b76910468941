#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC2154,SC2086 # run.sh sets the variables
# Boot code of another file would set the new variable.
set -e
cd "$out"
cat >work.c <<'END'
#include "kernel.h"
#ifdef POST
int *wq;
#endif
int work(int x)
{
#ifdef POST
	x += *wq;
#endif
	return ext(x);
}
END
cat >boot.c <<'END'
#include "kernel.h"
extern int *wq, *make(int);
int __init start(int x)
{
#ifdef POST
	wq = make(x);
#endif
	return ext(x);
}
int other(int x) { return ext(x + PREPOST(1, 2)); }
END
for f in work boot; do
	$CC $flags -I"$here" -c -o ${f}0.o $f.c
	$CC $flags -I"$here" -DPOST -c -o ${f}1.o $f.c
done
status=0
"$tool" create --name boot --release test --symvers "$here/symvers" -o boot.upd.o --json boot.json \
	--source work.o work0.o work1.o --source boot.o boot0.o boot1.o || status=$?
[ $status = 4 ]
[ "$(jq -c '[.refusals[] | [.code, .what]]' boot.json)" = '[["set_at_boot","wq"]]' ]

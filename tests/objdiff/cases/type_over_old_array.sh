#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC2154,SC2086 # run.sh sets the variables
# Code that is other code over the old types, though no struct changed: an array that has
# a name did, and data of the kernel is made of the old ones.
set -e
cd "$out"
cat >row.c <<'END'
#include "kernel.h"
#ifdef NEW_TYPE
typedef u8 row[16];
#else
typedef u8 row[8];
#endif
extern void *rows(void);
int cell(int x, int y) { return ext(((row *)rows())[y][x]); }
int other(int x) { return ext(x) + PREPOST(1, 2); }
END
$CC $flags -g -I"$here" -c -o row0.o row.c
$CC $flags -g -I"$here" -DPOST -DNEW_TYPE -c -o row1.o row.c
$CC $flags -g -I"$here" -DPOST -c -o row2.o row.c
code=0
"$tool" create --name row --release test --symvers "$here/symvers" -o row.upd.o --source row.o row0.o row1.o \
	--old-types row.o row2.o --json row.json || code=$?
[ $code -eq 4 ]
[ "$(jq -c '[.refusals[] | [.code, .what]]' row.json)" = '[["type_changed","cell"]]' ]

#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC2154,SC2086 # run.sh sets the variables
# What __COUNTER__ counts has no name: of boot code and data nothing changed here.
set -e
cd "$out"
cat >counted.c <<'END'
#include "kernel.h"
#define ADDR2(f, n) static void * __used __section(".init.data")	\
	__UNIQUE_ID___addressable_##f##n = (void *)&f
#define ADDR(f, n) ADDR2(f, n)
int __init one(void) { return ext(1); }
int __init two(void) { return ext(2); }
#ifdef POST
ADDR(one, 12);
ADDR(two, 13);
#else
ADDR(one, 11);
ADDR(two, 12);
#endif
int f(int x) { return ext(x + PREPOST(1, 2)); }
END
$CC $flags -g -gdwarf-4 -I"$here" -c -o counted0.o counted.c
$CC $flags -g -gdwarf-4 -I"$here" -DPOST -c -o counted1.o counted.c
"$tool" diff counted0.o counted1.o --json >counted.json
[ "$(jq -c '[.objects[].replaced[].name]' counted.json)" = '["f"]' ]
[ "$(jq -c .notes counted.json)" = '[]' ]

#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC2154,SC2086 # run.sh sets the variables
# Old code does not name the function that is new here, or was a static one; whether
# the kernel has another of this name is told.
set -e
cd "$out"
cat >strong.c <<'END'
#include "kernel.h"
#ifdef POST
noinline int arch_first(int x) { return ext(x) * 3; }
#endif
PREPOST(static,) noinline int arch_second(int x) { return ext2(x) * 5; }
int f(int x)
{
#ifdef POST
	x = arch_first(x);
#endif
	return arch_second(x);
}
END
$CC $flags -I"$here" -c -o strong0.o strong.c
$CC $flags -I"$here" -DPOST -c -o strong1.o strong.c
"$tool" diff strong0.o strong1.o
printf '%s\n' ext ext2 f >strong.names
"$tool" diff strong0.o strong1.o --defined strong.names --json >strong.json
grep -q '"name": "arch_first".*"global": true' strong.json
printf '%s\n' arch_second arch_first >>strong.names
status=0
"$tool" diff strong0.o strong1.o --defined strong.names --json >strong.json || status=$?
[ $status = 4 ]
[ "$(jq -c '[.refusals[] | [.code, .what]] | sort' strong.json)" = '[["new_strong","arch_first"],["new_strong","arch_second"]]' ]

#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC2154,SC2086 # run.sh sets the variables
# Entries with keys of a module stand at the end of their tables, key by key.
set -e
cd "$out"
cat >late.c <<'END'
#include "kernel.h"
extern struct static_key one, two, exported_key;
int f(int x)
{
	x = ext2(x);
	if (static_branch(&one))
		x = ext2(x);
	if (static_branch(&two))
		x = ext2(x);
	static_call(call_a);
	static_call(call_b);
	return ext(x) + PREPOST(0, 1);
}
int g(int x)
{
	x = ext2(x);
	if (static_branch(&one))
		x = ext2(x);
	if (static_branch(&exported_key))
		x = ext2(x);
	static_call(call_a);
	return ext(x) + PREPOST(0, 1);
}
END
$CC $flags -I"$here" -c -o late0.o late.c
$CC $flags -I"$here" -DPOST -c -o late1.o late.c
{ cat "$here/symvers"; printf '0x00000000\texported_key\tvmlinux\tEXPORT_SYMBOL\t\n'; } >late.symvers

# order TARGET TABLE SIZE: the entries that the core relocates, as INDEX SYMBOL
order()
{
	"$tool" create --name late --release test --symvers late.symvers -o late.upd.o \
		--target $1 --source late.o late0.o late1.o >late.log
	"$tool" inspect --json late.upd.o |
		jq -r --arg table "$2+" '.fixups[] | select(.place | startswith($table)) |
			(.place | ltrimstr($table)) + " " + .symbol' |
		while read -r at symbol; do
			echo "$((at / $3)) $symbol"
		done | sort -n | paste -sd' '
}

[ "$(order mod __jump_table 16)" = "1 one 2 one 3 two" ]
[ "$(order mod .static_call_sites 8)" = "0 __SCK__call_a 1 __SCK__call_a 2 __SCK__call_b" ]
# The kernel's own are linked at once.
[ "$(order vmlinux __jump_table 16)" = "0 one 1 two 2 one" ]

#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC2154,SC2086 # run.sh sets the variables
# Something stands behind the last function of each section of code.
set -e
cd "$out"
cat >textend.c <<'END'
#include "kernel.h"
extern void __attribute__((noreturn)) end(int x);
void f(int x)
{
	if (unlikely(x == PREPOST(1, 2)))
		ext(x);
	end(x);
}
END
$CC $flags -I"$here" -c -o textend0.o textend.c
$CC $flags -I"$here" -DPOST -c -o textend1.o textend.c
"$tool" create --name textend --release test --symvers "$here/symvers" -o textend.upd.o \
	--source textend.o textend0.o textend1.o >textend.log
size=$((0x$(readelf -SW textend.upd.o | sed 's/^ *\[ *[0-9]*\]//' | awk '$1 == ".text" { print $5 }')))
read -r at length < <(readelf -sW textend.upd.o | awk '$8 == "ksplice_end" { print "0x" $2, $3 }')
[ $((at + length)) -eq $size ]
# The call that does not return is the function's end.
read -r start length < <(readelf -sW textend.upd.o | awk '$8 == "f" { print "0x" $2, $3 }')
[ $((start + length)) -le $((at)) ]

#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC2154,SC2086 # run.sh sets the variables
# An indirect function is none that a kernel can have: not "no change".
set -e
cd "$out"
for type in function gnu_indirect_function; do
	cat >$type.s <<-END
		.globl f
		.type f, @$type
		f: endbr64
		xor %eax, %eax
		ret
		.size f, .-f
	END
	$CC -c -o $type.o $type.s
done
code=0
"$tool" diff function.o gnu_indirect_function.o 2>log || code=$?
[ $code -eq 1 ]
grep -q 'f is an indirect function' log
code=0
"$tool" diff function.o function.o >/dev/null || code=$?
[ $code -eq 3 ]

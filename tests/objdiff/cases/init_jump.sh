#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC2154,SC2086,SC2059 # run.sh sets the variables
# Boot code that jumps from one function to the next is nobody's concern.
set -e
cd "$out"
one()
{
	cat <<END
	.section .init.text, "ax"
	.type a, @function
a:	mov \$$1, %eax
	jmp $2
	.size a, . - a
	.type b, @function
b:	ret
	.size b, . - b
	.section .initcall6.init, "a"
__initcall__kmod_x__$3_$4_b6:
	.long b - .
END
}
one 1 b 100 7 >i0.S
one 2 other 101 9 >i1.S
$CC -c -o i0.o i0.S
$CC -c -o i1.o i1.S
status=0
"$tool" diff i0.o i1.o || status=$?
test $status = 3

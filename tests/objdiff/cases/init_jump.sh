#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC2154,SC2086,SC2059 # run.sh sets the variables
# Boot code that jumps from one function to the next is nobody's concern; to another
# file, it is not known what that did.
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
one 2 b 101 9 >i1.S
one 2 other 101 9 >i2.S
for i in 0 1 2; do
	$CC -c -o i$i.o i$i.S
done
status=0
"$tool" diff i0.o i1.o || status=$?
test $status = 3
status=0
"$tool" diff i0.o i2.o --json >i2.json || status=$?
test $status = 4
[ "$(jq -c '[.refusals[] | [.code, .what]]' i2.json)" = '[["boot_changed","a"]]' ]

#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC2154,SC2086,SC2059 # run.sh sets the variables
# Assembly: functions of one section, told apart where that can be done.
set -e
cd "$out"
asm()
{
	cat <<END
	.text
	.globl one, two, three
	.type one, @function
one:	endbr64
	mov \$$1, %eax
	jmp two
	.size one, . - one
	.balign 16, 0xcc
	.type two, @function
two:	endbr64
	call three
	add \$1, %eax
	ret
	.size two, . - two
	.balign 16, 0xcc
	.type three, @function
three:	endbr64
	mov \$3, %eax
	mov hidden(%rip), %ecx
	$2
	.size three, . - three
END
}
asm 1 ret >p.S
asm 2 ret >q.S
asm 1 "jmp one" >r.S
for f in p q r; do
	gcc -c -o asm_$f.o $f.S
done
"$tool" diff asm_p.o asm_p.o && exit 1
"$tool" diff asm_p.o asm_q.o | tee asm.txt || true
# a short jump ties them together: one piece, which can't be replaced
"$tool" diff asm_p.o asm_q.o --json >asm.json || test $? = 4
grep -q '"code": "assembly"' asm.json
asm 1 ret | sed 's/jmp two/.byte 0xe9; .long two - . - 4/' >p.S
asm 2 ret | sed 's/jmp two/.byte 0xe9; .long two - . - 4/' >q.S
for f in p q; do
	gcc -c -o asm_$f.o $f.S
done
"$tool" diff asm_p.o asm_q.o | tee asm.txt
grep -q "replace one" asm.txt
! grep -q "replace t" asm.txt

#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC2154 # run.sh sets the variables
# More sites than the core takes: that is said, and no update is written.
set -e
cd "$out"
function_with()
{
	cat <<END
	.text
	.globl many_sites
	.type many_sites, @function
many_sites:
	endbr64
	.rept $1
	.pushsection .smp_locks, "a"
	.long 671f - .
	.popsection
671:	lock incl (%rdi)
	.endr
	mov \$$2, %eax
	ret
	.size many_sites, . - many_sites
END
}
# create SITES: its exit code, and in "err" what it says
create()
{
	function_with "$1" 1 | gcc -c -x assembler - -o many_pre.o
	function_with "$1" 2 | gcc -c -x assembler - -o many_post.o
	rm -f many.out.o
	code=0
	"$tool" create --name many --release test --symvers "$here/symvers" -o many.out.o --source many.o \
		many_pre.o many_post.o >/dev/null 2>many.err || code=$?
}
create 1000
[ $code -eq 0 ]
[ -s many.out.o ]
create 1050000
[ $code -eq 4 ]
[ ! -e many.out.o ]
grep -q "has 1050001 sites, at most 1048576 are possible; make several smaller updates" many.err

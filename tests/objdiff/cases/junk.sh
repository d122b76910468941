#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC2154,SC2086,SC2059,SC2016 # run.sh sets the variables
# Damaged files: a message and exit 1, nothing worse.
cd "$out" || exit
cat >j.c <<'END'
#include "kernel.h"
int f(int x) { WARN(x); pr_debug("x"); return ext(x) + PREPOST(1, 2); }
END
$CC $flags -I"$here" -c -o j0.o j.c
$CC $flags -I"$here" -DPOST -c -o j1.o j.c
"$tool" create --name j --release test --symvers "$here/symvers" -o j.upd.o --source j.o j0.o j1.o || exit 1
size=$(stat -c %s j.upd.o)
bad=0
# run COMMAND...: must end by itself with 0, 1, 3 or 4
run()
{
	timeout 10 "$@" >/dev/null 2>j.err
	case $? in
	0|1|3|4) ;;
	*) echo "exit $? of $*"; cat j.err; bad=1 ;;
	esac
}
for ((i = 0; i < 60; i++)); do
	head -c $((size * i / 60)) j.upd.o >j.cut
	run "$tool" inspect j.cut
	head -c $((size * i / 60)) j1.o >j.cut
	run "$tool" diff j0.o j.cut
done
RANDOM=4711
for ((i = 0; i < 150; i++)); do
	for f in j1.o j.upd.o; do
		n=$(stat -c %s $f)
		cp $f j.flip
		for ((k = 0; k <= i % 8; k++)); do
			printf "\\x$(printf %02x $((RANDOM % 256)))" |
				dd of=j.flip bs=1 seek=$(((RANDOM * 32768 + RANDOM) % n)) conv=notrunc status=none
		done
		if [ $f = j1.o ]; then
			run "$tool" diff j0.o j.flip
			run "$tool" diff j.flip j1.o
		else
			run "$tool" inspect j.flip
		fi
	done
done
# Found by fuzzing: code in a section that has no contents
printf '\t.section .text.f,"ax",@nobits\n\t.type f,@function\nf:\t.zero 32\n\t.size f, 32\n' >j.s
as -o j.nobits.o j.s
run "$tool" diff j.nobits.o j.nobits.o
# a string without an end
for text in old fresh; do
	printf '\t.section .rodata.str1.1,"aMS",@progbits,1\nl:\t.ascii "%s"\n\t.section .text.f,"ax"\n\t.type f,@function\nf:\tmov $l, %%rdi\n\tret\n\t.size f, . - f\n' $text >j.s
	as -o j.$text.o j.s
done
run "$tool" diff j.old.o j.fresh.o
# constants of 4 GB each, which came out as constants of nothing
printf '\t.section .text.f,"ax"\n\t.type f,@function\nf:\tmov l, %%rdi\n\tret\n\t.size f, . - f\n\t.section .rodata.cst8,"aM",@progbits,8\nl:\t.quad 1\n' >j.s
as -o j.cst.o j.s
index=$(readelf -SW j.cst.o | sed -n 's/^ *\[ *\([0-9]*\)] \.rodata\.cst8 .*/\1/p')
headers=$(od -An -t u8 -j 40 -N 8 j.cst.o)
printf '\0\0\0\0\1\0\0\0' |
	dd of=j.cst.o bs=1 seek=$((headers + index * 64 + 56)) conv=notrunc status=none
(ulimit -v 1000000; timeout 10 "$tool" diff j.cst.o j.cst.o) >/dev/null 2>j.err
if [ $? != 3 ]; then
	echo "constants of 4 GB: $(cat j.err)"
	bad=1
fi
# an alignment that no section of the kernel asks for
printf '\t.section .rodata.f,"a"\n\t.p2align 30\nl:\n\t.section .text.f,"ax"\n\t.type f,@function\nf:\tmov $l, %%rdi\n\tret\n\t.size f, . - f\n' >j.s
as -o j.align.o j.s
"$tool" diff j.align.o j.align.o 2>j.err
if [ $? != 1 ] || ! grep -q 'section \.rodata\.f has an alignment of 0x40000000' j.err; then
	echo "alignment: $(cat j.err)"
	bad=1
fi
exit $bad

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
exit $bad

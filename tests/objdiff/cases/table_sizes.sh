#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC2154 # run.sh sets the variables
# Tables whose entries have the sizes of the kernels that are known, and others.
cd "$out" || exit
bad=0
# table NAME BYTES: an object with two entries of so many bytes behind what refers
# to the code
table()
{
	{
		printf '\t.section .text.f,"ax"\n\t.type f,@function\nf:\tud2\n1:\tud2\n\tret\n\t.size f, . - f\n'
		printf '\t.section .altinstr_replacement,"ax"\n2:\tnop\n\t.section %s,"aw"\n' "$1"
		for label in f 1b; do
			case $1 in
			.altinstructions) printf '\t.long %s - .\n\t.long 2b - .\n\t.fill %d, 1, 0\n' $label $(($2 - 10))
				printf '\t.byte 2, 1\n' ;;
			*) printf '\t.long %s - .\n\t.fill %d, 1, 0\n' $label $(($2 - 4)) ;;
			esac
		done
	} | as -o "tables.$2.o" -
}
# known CODE NAME BYTES: is it read, or refused as of no kernel?
known()
{
	local code=0

	table "$2" "$3"
	"$tool" diff "tables.$3.o" "tables.$3.o" >tables.log 2>&1 || code=$?
	if [ $code -ne "$1" ] || { [ "$1" = 1 ] && ! grep -qF "2 entries of $2 have $((2 * $3)) bytes, but no known kernel uses that size" tables.log; }; then
		echo "$2 of $3 bytes: exit code $code"
		cat tables.log
		bad=1
	fi
}
for size in 12 14; do
	known 3 .altinstructions $size
done
for size in 11 13 16 20; do
	known 1 .altinstructions $size
done
for size in 8 12; do
	known 3 __bug_table $size
done
for size in 6 10 16 24; do
	known 1 __bug_table $size
done
# one that refers to no code: the others would seem to be longer
{ printf '\t.section .text.f,"ax"\n\t.type f,@function\nf:\tud2\n\tret\n\t.size f, . - f\n'
  printf '\t.section __bug_table,"aw"\n\t.long f - .\n\t.fill 8, 1, 0\n\t.fill 12, 1, 0\n'; } | as -o tables.o -
code=0
"$tool" diff tables.o tables.o >tables.log 2>&1 || code=$?
if [ $code -ne 1 ] || ! grep -qF '1 entries of __bug_table have 24 bytes' tables.log; then
	echo "an entry of no code: exit code $code"
	cat tables.log
	bad=1
fi
exit $bad

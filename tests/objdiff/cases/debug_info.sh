#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC2154,SC2086 # run.sh sets the variables
# Debug information of an update: of its functions alone, with the lines of the patched
# source, though the code was compiled with those of the old one.
set -e
cd "$out"
mkdir -p debug_info
cd debug_info
# none PATTERN FILE: 'set -e' does not look at what is negated
none()
{
	if grep -q -- "$1" "$2"; then
		echo "$2 has $1"
		exit 1
	fi
}
# source RELINE PATCHED: with #line, lines keep the numbers that they had
source_of()
{
	echo 'void note(int line); int out(int x); extern int left;'
	echo '#define SHARED __attribute__((section(".sched.text"), noinline))'
	echo 'static inline int twice(int x) {' # line 3
	echo '	return out(x) * 2; }'
	echo 'int before(int x) { return out(x) + left; }'
	if [ "$2" ]; then
		printf '\n\n\n'
		[ ! "$1" ] || echo '#line 6'
	fi
	echo 'SHARED int one(int x) { return out(x) + 1; }' # 6, and 9 in the patched source
	echo 'SHARED int two(int x)'
	echo '{'
	if [ "$2" ]; then
		echo '	if (x < 0)' # 12
		echo '		return -22;'
		[ ! "$1" ] || echo '#line 9'
	fi
	echo '	note(__LINE__);' # 9, 14
	echo '	return twice(x); }'
	echo 'SHARED int three(int x) { return out(x) + 3; }'
	echo "int four(int x) { return twice(x) + ${2:-4}; }" # 12, 17
	echo 'int after(int x) { return out(x) - left; }'
}
source_of '' '' >pre.c
source_of 1 5 >post.c
source_of '' 5 >plain.c
for f in pre post plain; do
	# a file of the same name, as with an overlay
	mkdir -p $f.d
	mv $f.c $f.d/a.c
	(cd $f.d && $CC $flags -g -gdwarf-4 -c -o ../$f.o a.c)
done
(cd plain.d && $CC $flags -g -gdwarf-5 -c -o ../other.o a.c)
sed 's/-22/-12345678 * x/' plain.d/a.c >wrong.c
$CC $flags -g -gdwarf-4 -c -o wrong.o wrong.c

# create NAME: with the debug information of NAME.o
create()
{
	"$tool" create --name d --release test --symvers "$here/symvers" -o update.o --json json \
		--source a.o pre.o post.o --debug "$1.debug.o" --debug-of a.o "$1.o" >"$1.log" 2>&1
}
create plain
cat plain.log
# The rest is the update itself
cp plain.debug.o same.o
objcopy --strip-debug same.o
cp update.o update.stripped
objcopy --strip-debug update.stripped
cmp same.o update.stripped
none 'no debug information' plain.log
readelf --debug-dump=decodedline plain.debug.o | awk '$1 == "a.c" && $2 ~ /^[0-9]+$/ { print $2 }' | sort -nu >lines
cat lines
# what is not in the update, and the old numbers of what is, are not there
for n in 5 6 7 9 16 18; do
	none "^$n\$" lines
done
grep -qx 12 lines
readelf --debug-dump=info plain.debug.o >info
none Warning info
addr()
{
	nm plain.debug.o | awk -v name="$1" '$3 == name { print $1 }'
}
# where NAME OFFSET: the line of that place
where()
{
	addr2line -fie plain.debug.o -j .text 0x"$(addr "$1")" | paste -sd ' '
}
objdump -dlr --inlines -j .text plain.debug.o >listing
# of functions that share a section, clang tells one range
if ! $CC --version | grep -q clang; then
	[[ $(where two) == "two "*a.c:11 ]]
	grep -q 'inlined by.*a.c:15 (two)' listing
fi
[[ $(where four) == "four "*a.c:17 ]]
# a call that was inlined, and the line that calls it
grep -q 'a.c:4' listing
grep -q 'inlined by.*a.c:17 (four)' listing
none '(before)\|(one)\|(three)\|(after)' listing

# An object whose code is another one, or whose format is: an update, but no lines
create wrong
grep -q 'a.o: no debug information of it: with the line numbers of the patched source, two is other code' wrong.log
create other
grep -q "a.o: no debug information of it: the compiler's is not understood" other.log
for f in wrong other; do
	readelf --debug-dump=decodedline $f.debug.o >$f.lines 2>&1
	none 'a\.c' $f.lines
done

#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Many updates upon updates.  Each is made from one that kspl-build has made, by
# writing another number into its old and new code, and another name into it:
# as if the next patch had changed that number.
#
# KSPL_STACK: how many are stacked (200, in a short run 50); KSPL_CUMULATIVE: how many
# take the place of the one before (50, in a short run 20)

# shellcheck source-path=SCRIPTDIR source=functions.sh
. "$(dirname "$0")/functions.sh"

STACK=200 CUMULATIVE=50
! short_run || STACK=50 CUMULATIVE=20
STACK=${KSPL_STACK:-$STACK}
CUMULATIVE=${KSPL_CUMULATIVE:-$CUMULATIVE}
LEVEL=0x5ac00000

# 50 updates take more than 1400 kB, 200 more than 5600.  This much may be left, in kB:
# lists of each CPU, the slab allocator and lazily freed areas hold it.
TOLERANCE=256

# make_update TEMPLATE NAME OLD NEW [FROM TO]...: in $WORK
make_update() {
	local template=$1 name=$2 old=$3 new=$4

	shift 4
	cp "$DIR/ksplice-$template.ko" "$WORK/new.ko"
	# the new code first: its number might be the old one of another
	"$HELPER" change "$WORK/new.ko" "$template" "$name" \
		"$(printf '%#x' $((LEVEL + 1)))" 0x5acfffff \
		"$(printf '%#x' $((LEVEL)))" "$(printf '%#x' $((LEVEL + old)))" \
		0x5acfffff "$(printf '%#x' $((LEVEL + new)))" "$@" ||
		fail "cannot make $name"
}

# Memory of the kernel's own, in kB. KASAN keeps what is freed for a while; a cache
# that is shrunk takes it back.
kernel_memory() {
	local cache

	sync
	echo 3 >/proc/sys/vm/drop_caches
	sleep 1
	for cache in /sys/kernel/slab/*/shrink; do
		[ ! -w "$cache" ] || echo 1 >"$cache"
	done
	awk '/^(SUnreclaim|Percpu|VmallocUsed|PageTables|KernelStack):/ { n += $2 }
		END { print n }' /proc/meminfo
}

name_of() {
	printf '%s%03d' "$1" "$2"
}

stack_up() {
	local i name

	for ((i = 1; i <= $1; i++)); do
		name=$(name_of stack $i)
		make_update stack000 "$name" $((i - 1)) $i || return
		insert "$WORK/new.ko" "number $i" && apply "$name" || return
	done
	expect "$1" "$TARGET/stack"
}

stack_down() {
	local i name

	for ((i = $1; i > 0; i--)); do
		name=$(name_of stack $i)
		undo "$name" && expect $((i - 1)) "$TARGET/stack" &&
			unload "$name" || return
	done
}

# memory_is_back BEFORE
memory_is_back() {
	local after

	after=$(kernel_memory)
	note "kernel memory: $1 kB before, $most kB at most, $after kB after"
	[ $((most - $1)) -gt $TOLERANCE ] || fail "the updates took no memory"
	[ $((after - $1)) -le $TOLERANCE ] ||
		fail "$((after - $1)) kB are gone, of $((most - $1))"
}

stacked() {
	local before most

	# What is allocated once and kept: tables of numbers, caches of the allocator
	stack_up "$STACK" && stack_down "$STACK" || return
	before=$(kernel_memory)
	stack_up "$STACK" || return
	most=$(kernel_memory)
	if [ "$STACK" -gt 2 ]; then
		refused 0 "$SYSFS/stack002/enabled" "$BUSY"
		says "stack002: update stack003 is on top of it"
		expect stack002 "$SYSFS/stack003/depends"
	fi
	stack_down "$STACK" || return
	memory_is_back "$before"
}

# Each takes the place of the one before, which then is unloaded.
replaced() {
	local i name last=cumul999 before most=0

	for ((i = 1; i <= CUMULATIVE; i++)); do
		name=$(name_of cumul $i)
		make_update cumul000 "$name" 0 $i cumul999 "$last" || return
		insert "$WORK/new.ko" "number $i" && apply "$name" || return
		expect $i "$TARGET/stack" || return
		if [ $i -gt 1 ]; then
			expect 0 "$SYSFS/$last/enabled"
			unload "$last" || return
		fi
		[ $i -ne 3 ] || before=$(kernel_memory)
		last=$name
	done
	most=$(kernel_memory)
	note "kernel memory: $before kB with the third, $most kB with number $CUMULATIVE"
	[ $((most - before)) -le $TOLERANCE ] || fail "$((most - before)) kB are gone"
	undo "$last" && expect 0 "$TARGET/stack" && unload "$last"
}

need_updates stack000
run_tests stacked replaced

#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# No memory: each allocation in turn fails while an update is loaded, applied,
# taken back.  Either that fails as a whole, and the kernel is what it was, or
# it is done as a whole.

# shellcheck source-path=SCRIPTDIR source=functions.sh
. "$(dirname "$0")/functions.sh"

U=$SYSFS/chain
FAILSLAB=/sys/kernel/debug/failslab
FAIL_PAGES=/sys/kernel/debug/fail_page_alloc
MOST=2000

# The kernel shows the stack of who gets no memory.
SPLATS=${SPLATS/|Call Trace/}

# A slow kernel skips some, other ones each time.
next() {
	if slow_kernel; then
		echo $(($1 + 1 + RANDOM % 30))
	else
		echo $(($1 + 1))
	fi
}

have_faults() {
	if [ ! -w "$FAILSLAB/ignore-gfp-wait" ] || [ ! -w /proc/self/fail-nth ]; then
		skip "the kernel has no CONFIG_FAILSLAB"
		return 1
	fi
	echo N >"$FAILSLAB/ignore-gfp-wait"
	echo 0 >"$FAILSLAB/verbose"
	[ -w "$FAIL_PAGES/min-order" ] || return 0
	echo N >"$FAIL_PAGES/ignore-gfp-wait"
	echo N >"$FAIL_PAGES/ignore-gfp-highmem"
	echo 0 >"$FAIL_PAGES/min-order"
	echo 0 >"$FAIL_PAGES/verbose"
}

# count RESULT: how often it failed, and how often it was done without that memory
count() {
	case $1 in
	done,*) ((spared++)) ;;
	*) ((failed++)) ;;
	esac
}

# not_loaded WHAT-FAILED
not_loaded() {
	! grep -q '^ksplice_chain ' /proc/modules ||
		fail "$1: the module is left"
	[ ! -e "$U" ] || fail "$1: $U is left"
	expect "$entries" "$TARGET/entries"
}

loads() {
	local n out entries failed=0 spared=0

	have_faults || return
	entries=$(cat "$TARGET/entries")
	for ((n = 1; n < MOST; n = $(next $n))); do
		out=$("$HELPER" starve "$DIR/ksplice-chain.ko" $n) || {
			fail "the helper failed: $out"
			return
		}
		case $out in
		done,*)
			expect_state chain ready 0
			[[ $out = *starved ]] || break
			unload chain || return ;;
		*) not_loaded "allocation $n" ;;
		esac
		count "$out"
	done
	[[ $out = "done, enough" ]] || fail "allocation $n: $out"
	note "$n allocations: loading failed $failed times, was spared $spared times"
	[ $failed -gt 0 ] || fail "it never failed"
	apply chain || return
	expect 222 "$TARGET/chain"
}

# change VALUE: writes it to enabled
change() {
	local n out entries failed=0 spared=0

	entries=$(cat "$TARGET/entries")
	for ((n = 1; n < MOST; n = $(next $n))); do
		out=$("$HELPER" starve "$U/enabled" $n "$1") || {
			fail "the helper failed: $out"
			return
		}
		case $out in
		done,*)
			expect "$1" "$U/enabled"
			[[ $out = *starved ]] || break
			put $((1 - $1)) "$U/enabled" || return ;;
		*)
			expect $((1 - $1)) "$U/enabled"
			expect "$entries" "$TARGET/entries" ;;
		esac
		count "$out"
	done
	[[ $out = "done, enough" ]] || fail "allocation $n: $out"
	note "$n allocations: writing $1 failed $failed times, was spared $spared times"
	[ $failed -gt 0 ] || fail "it never failed"
}

applies_and_undoes() {
	have_faults || return
	load chain || return
	change 1
	expect_state chain applied 1
	expect 222 "$TARGET/chain"
	change 0
	expect_state chain reversed 0
	expect 111 "$TARGET/chain"
}

need_updates chain
run_tests loads applies_and_undoes

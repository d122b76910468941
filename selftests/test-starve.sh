#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Each allocation in turn fails while an update is loaded, applied, taken back.
# Either the step fails as a whole, and the kernel stays as it was, or it succeeds
# as a whole.  Then the same for functions of the core that may fail.

# shellcheck source-path=SCRIPTDIR source=functions.sh
. "$(dirname "$0")/functions.sh"

U=$SYSFS/chain
FAILSLAB=/sys/kernel/debug/failslab
FAIL_PAGES=/sys/kernel/debug/fail_page_alloc
FAIL_FUNCTION=/sys/kernel/debug/fail_function
CLEANUP=nothing_fails
MOST=2000

# The kernel prints the stack of a failed allocation, and kmemleak reports its own
# failed allocations.
SPLATS=${SPLATS/|Call Trace/}
SPLATS=${SPLATS/|kmemleak:/|kmemleak: [0-9]+ new}

# A slow kernel skips some; each run skips other ones.
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

have_failing_functions() {
	[ -w "$FAIL_FUNCTION/inject" ] && return 0
	skip "the kernel has no CONFIG_FAIL_FUNCTION"
	return 1
}

# The next call of that function returns -ENOMEM.
fails() {
	put "$1" "$FAIL_FUNCTION/inject" || return
	printf '%#x' -12 >"$FAIL_FUNCTION/$1/retval"
	echo N >"$FAIL_FUNCTION/task-filter"
	echo 100 >"$FAIL_FUNCTION/probability"
	echo 1 >"$FAIL_FUNCTION/interval"
	echo 0 >"$FAIL_FUNCTION/verbose"
	echo 1 >"$FAIL_FUNCTION/times"
}

nothing_fails() {
	[ ! -w "$FAIL_FUNCTION/inject" ] || echo >"$FAIL_FUNCTION/inject"
}

# That call came.
has_failed() {
	[ "$(cat "$FAIL_FUNCTION/times")" -eq 0 ] || fail "$1 was not called"
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
	! dmesg_since | grep -q "is not what this update was made for" ||
		fail "the log takes a lack of memory for another kernel"
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

functions_of_a_load() {
	local f entries out

	have_failing_functions || return
	entries=$(cat "$TARGET/entries")
	for f in ksplice_hooks_init ksplice_keys_init \
		 ksplice_sysfs_add_funcs; do
		fails $f || return
		out=$(insmod "$DIR/ksplice-chain.ko" 2>&1) &&
			fail "loaded although $f failed"
		[[ $out = *"Cannot allocate memory"* ]] || fail "$f: $out"
		has_failed $f
		nothing_fails
		not_loaded $f
	done
	load chain && apply chain || return
	expect 222 "$TARGET/chain"
}

# failing_change VALUE FUNCTION...
failing_change() {
	local value=$1 f entries

	shift
	entries=$(cat "$TARGET/entries")
	for f; do
		fails "$f" || return
		refused "$value" "$U/enabled" "Cannot allocate memory"
		has_failed "$f"
		nothing_fails
		expect $((1 - value)) "$U/enabled"
		expect out_of_memory "$U/abort_cause"
		expect "$entries" "$TARGET/entries"
	done
}

functions_of_a_change() {
	have_failing_functions || return
	load chain || return
	failing_change 1 ksplice_sysfs_add_funcs ksplice_stop_alloc \
		ksplice_window_open
	expect_state chain ready 0 out_of_memory
	apply chain || return
	failing_change 0 ksplice_stop_alloc ksplice_window_open
	expect applied "$U/state"
	expect 222 "$TARGET/chain"
	undo chain || return
	expect_state chain reversed 0
	expect 111 "$TARGET/chain"
}

# The update is loaded before the module, so its entries are linked when it is applied.
# If that fails half-way, the next try must find the entries as they were.
keys_are_linked_again() {
	local update=$SYSFS/module_keys

	have_failing_functions || return
	load module_keys && modprobe test_ksplice_mod || return
	fails keys_link_calls || return
	refused 1 "$update/enabled" "Cannot allocate memory"
	has_failed keys_link_calls
	nothing_fails
	expect out_of_memory "$update/abort_cause"
	expect "generation 1 11 0 plain" "$MOD/keys"
	put 1 "$MOD/keys" && apply module_keys || return
	expect "generation 2 20 20" "$MOD/keys"
	put 0 "$MOD/keys" || return
	expect "generation 2 11 0 plain" "$MOD/keys"
}

need_updates chain module_keys
run_tests \
	loads \
	applies_and_undoes \
	functions_of_a_load \
	functions_of_a_change \
	keys_are_linked_again

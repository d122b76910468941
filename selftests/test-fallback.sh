#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# When the reliable unwinder gives up on a stack, every word of it is checked.
# Here the unwinder is made to give up on all stacks.

# shellcheck source-path=SCRIPTDIR source=functions.sh
. "$(dirname "$0")/functions.sh"

figure() {
	cat "$SYSFS/$1/$2"
}

unwinder_is_used() {
	load chain && apply chain || return
	[ "$(figure chain unwound_tasks)" -gt 0 ] || fail "unwound none"
	note "unwound $(figure chain unwound_tasks), scanned $(figure chain scanned_tasks)"
	undo chain
}

force() {
	[ -w "$FORCE" ] || { skip "no $FORCE"; return 1; }
	echo 1 >"$FORCE"
}

counts_of_scans() {
	force || return
	load chain && apply chain || return
	expect 222 "$TARGET/chain"
	expect 0 "$SYSFS/chain/unwound_tasks"
	[ "$(figure chain scanned_tasks)" -gt 0 ] || fail "scanned none"
	note "scanned $(figure chain scanned_tasks) of $(figure chain checked_tasks)"
	undo chain || return
	expect 111 "$TARGET/chain"
	expect 0 "$SYSFS/chain/unwound_tasks"
	[ "$(figure chain scanned_tasks)" -gt 0 ] || fail "scanned none for undo"
}

sleeper_is_found() {
	force || return
	load sleep || return
	start_reader sleep_killable "$WORK/out"
	put 500 "$SYSFS/sleep/timeout_ms"
	refused 1 "$SYSFS/sleep/enabled" "$BUSY"
	expect_state sleep ready 0 code_busy
	grep -q "^$! cat test_sleep_killable_show" "$SYSFS/sleep/conflicts" ||
		fail "conflicts: $(figure sleep conflicts)"
	open_gate
	apply sleep || return
	start_reader sleep_killable "$WORK/out"
	refused 0 "$SYSFS/sleep/enabled" "$BUSY"
	expect_state sleep applied 1 code_busy
	open_gate
	undo sleep
}

cold_and_tail_are_found() {
	force || return
	load cold && load tail || return
	put 500 "$SYSFS/cold/timeout_ms"
	put 500 "$SYSFS/tail/timeout_ms"
	echo 1 >"$TARGET/cold_path"
	start_reader cold "$WORK/out"
	echo 1 >"$TARGET/tail"
	loop_until sleepers 2 || fail "no sleeper"
	refused 1 "$SYSFS/cold/enabled" "$BUSY"
	grep -q " cat test_cold_show" "$SYSFS/cold/conflicts" ||
		fail "conflicts: $(figure cold conflicts)"
	refused 1 "$SYSFS/tail/enabled" "$BUSY"
	grep -q " ksplice_tail test_tail_thread" "$SYSFS/tail/conflicts" ||
		fail "conflicts: $(figure tail conflicts)"
	open_gate
	apply cold && apply tail
}

# With callers that leave old return addresses behind on their stacks.
callers() {
	local i n=20 old new mixed

	force || return
	load chain || return
	put 4 "$TARGET/chain_threads"
	for ((i = 0; i < n; i++)); do
		apply chain || break
		sleep 0.01
		undo chain || break
	done
	note "$i of $n cycles; the last change took $(figure chain attempts) attempts"
	put 0 "$TARGET/chain_threads"
	read -r _ old _ new _ mixed <"$TARGET/chain_counts"
	note "calls: $old old, $new new, $mixed mixed"
	[ "$mixed" -eq 0 ] || fail "$mixed calls saw old and new code"
}

need_updates chain sleep cold tail
run_tests \
	unwinder_is_used \
	counts_of_scans \
	sleeper_is_found \
	cold_and_tail_are_found \
	callers

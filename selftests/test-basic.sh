#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# The life of an update: load, apply, undo, apply again, unload; and what
# sysfs shows of it.

# shellcheck source-path=SCRIPTDIR source=functions.sh
. "$(dirname "$0")/functions.sh"

U=$SYSFS/chain
CLOCK=/sys/devices/system/clocksource/clocksource0/current_clocksource

load_changes_nothing() {
	local before

	before=$(cat "$TARGET/entries")
	load chain || return
	expect_state chain ready 0
	expect 111 "$TARGET/chain"
	expect "$before" "$TARGET/entries"
}

mode_of() {
	local mode

	mode=$(stat -c %a "$U/$2" 2>&1)
	[ "$mode" = "$1" ] || fail "mode of $2: $mode, expected $1"
}

sysfs_modes() {
	local f

	load chain || return
	for f in enabled timeout_ms; do
		mode_of 644 "$f"
	done
	for f in state abort_cause pause_ns checked_tasks rechecked_tasks \
		 attempts stops depends supersedes states unwound_tasks \
		 scanned_tasks "$OBJECT/patched"; do
		mode_of 444 "$f"
	done
	mode_of 400 conflicts
}

sysfs_layout() {
	local f

	load chain || return
	for f in a b c; do
		[ -d "$U/$OBJECT/test_chain_$f,1" ] ||
			fail "no directory $OBJECT/test_chain_$f,1: $(ls "$U/$OBJECT")"
	done
	[ "$(find "$U/$OBJECT" -mindepth 1 -type d | wc -l)" -eq 3 ] ||
		fail "not just three functions: $(ls "$U/$OBJECT")"
	expect 15000 "$U/timeout_ms"
	expect "" "$U/conflicts"
}

apply_and_undo() {
	local before

	before=$(cat "$TARGET/entries")
	load chain || return
	apply chain || return
	expect_state chain applied 1
	expect 222 "$TARGET/chain"
	[ "$(cat "$TARGET/entries")" != "$before" ] ||
		fail "nothing stands at the entries"
	undo chain || return
	expect_state chain reversed 0
	expect 111 "$TARGET/chain"
	expect "$before" "$TARGET/entries"
}

# The name, the endbr where there is one, and the call.
first_bytes() {
	awk '{ n = $2 $3 $4 $5 == "f30f1efa" ? 10 : 6
	       for (i = 1; i <= n; i++) printf "%s ", $i
	       print "" }' "$TARGET/entries"
}

# The first bytes belong to indirect calls and to the function tracer.
first_bytes_stay() {
	local before

	before=$(first_bytes)
	load chain || return
	apply chain || return
	[ "$(first_bytes)" = "$before" ] ||
		fail "the endbr or the call to __fentry__ was touched"
}

figures() {
	local f

	load chain || return
	apply chain || return
	for f in checked_tasks attempts; do
		[ "$(cat "$U/$f")" -gt 0 ] || fail "$f is $(cat "$U/$f")"
	done
	# A clock that only advances with each tick is too coarse for this.
	[ "$(cat "$U/pause_ns")" -gt 0 ] || grep -q jiffies "$CLOCK" ||
		fail "pause_ns is 0"
	[ "$(cat "$U/pause_ns")" -lt 10000000000 ] ||
		fail "pause_ns is $(cat "$U/pause_ns")"
	# Every CPU has an idle task and a stopper at least.
	[ "$(cat "$U/checked_tasks")" -ge $(($(nproc) * 2)) ] ||
		fail "only $(cat "$U/checked_tasks") threads were checked"
	note "pause_ns $(cat "$U/pause_ns") checked $(cat "$U/checked_tasks")" \
		"unwound $(cat "$U/unwound_tasks") scanned $(cat "$U/scanned_tasks")"
}

apply_again_after_undo() {
	load chain || return
	apply chain && undo chain && apply chain || return
	expect_state chain applied 1
	expect 222 "$TARGET/chain"
	undo chain || return
	expect_state chain reversed 0
	expect 111 "$TARGET/chain"
}

same_value_is_invalid() {
	load chain || return
	refused 0 "$U/enabled" "$INVALID"
	expect_state chain ready 0
	apply chain || return
	refused 1 "$U/enabled" "$INVALID"
	expect_state chain applied 1
	expect 222 "$TARGET/chain"
	undo chain || return
	refused 0 "$U/enabled" "$INVALID"
	expect_state chain reversed 0
}

no_unload_while_applied() {
	load chain || return
	apply chain || return
	! rmmod ksplice_chain 2>/dev/null || fail "rmmod of an applied update"
	expect_state chain applied 1
	expect 222 "$TARGET/chain"
	undo chain || return
	unload chain || return
	[ ! -e "$U" ] || fail "$U is still there"
	expect 111 "$TARGET/chain"
}

load_again() {
	local i

	for i in 1 2 3; do
		load chain || return
		expect_state chain ready 0
		apply chain || return
		expect 222 "$TARGET/chain"
		undo chain || return
		unload chain || return
	done
}

unload_without_apply() {
	load chain && unload chain || return
	[ ! -e "$U" ] || fail "$U is still there"
	expect 111 "$TARGET/chain"
}

# Updates of different functions don't know of one another.
two_updates() {
	load chain && load table || return
	apply chain && apply table || return
	expect 222 "$TARGET/chain"
	expect "22 60 60" "$TARGET/table"
	undo chain || return
	expect 111 "$TARGET/chain"
	expect "22 60 60" "$TARGET/table"
	unload chain || return
	undo table || return
	expect "22 40 40" "$TARGET/table"
}

timeout_is_kept() {
	load chain || return
	put 1234 "$U/timeout_ms" || return
	expect 1234 "$U/timeout_ms"
	apply chain && undo chain || return
	expect 1234 "$U/timeout_ms"
}

need_updates chain table
run_tests \
	load_changes_nothing \
	sysfs_modes \
	sysfs_layout \
	apply_and_undo \
	first_bytes_stay \
	figures \
	apply_again_after_undo \
	same_value_is_invalid \
	no_unload_while_applied \
	load_again \
	unload_without_apply \
	two_updates \
	timeout_is_kept

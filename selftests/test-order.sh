#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Updates upon updates.  'third' is made of the source that 'module_and_vmlinux'
# is in, and replaces the same functions again; 'module_again' does that to
# 'module'.  'cumulative' takes the place of the first two.

# shellcheck source-path=SCRIPTDIR source=functions.sh
. "$(dirname "$0")/functions.sh"

BASE=module_and_vmlinux

load_mod() {
	modprobe test_ksplice_mod && return 0
	fail "modprobe test_ksplice_mod"
	return 1
}

load_base() {
	modprobe test_ksplice_mod || { fail "modprobe test_ksplice_mod"; return 1; }
	load $BASE && apply $BASE
}

one_on_top() {
	load_base && load third || return
	expect $BASE "$SYSFS/third/depends"
	expect "" "$SYSFS/$BASE/depends"
	apply third || return
	expect 333 "$TARGET/chain"
	expect 33 "$MOD/chain"
	expect "test_ksplice_mod 6 7 40 0" "$MOD/refs"
	undo third || return
	expect 222 "$TARGET/chain"
	expect 22 "$MOD/chain"
	apply third && undo third && undo $BASE || return
	expect 111 "$TARGET/chain"
	expect 11 "$MOD/chain"
}

# The new code is longer than what stands between the old entries.
on_top_of_grown() {
	load grown && apply grown || return
	load grown_again && apply grown_again || return
	expect 333 "$TARGET/chain"
	undo grown_again || return
	expect 222 "$TARGET/chain"
	undo grown || return
	expect 111 "$TARGET/chain"
}

out_of_order() {
	load_base && load third && apply third || return
	refused 0 "$SYSFS/$BASE/enabled" "$BUSY"
	expect stacked "$SYSFS/$BASE/abort_cause"
	says "$BASE: update third is on top of it"
	expect 333 "$TARGET/chain"
	undo third && undo $BASE || return
	# The update below it is not loaded.
	refused 1 "$SYSFS/third/enabled" "$BUSY"
	expect stacked "$SYSFS/third/abort_cause"
	says "third: it was made on top of update $BASE, which is not applied"
	! rmmod "ksplice_$BASE" 2>/dev/null || fail "what third depends on is gone"
	apply $BASE && apply third || return
	expect 333 "$TARGET/chain"
	undo third && undo $BASE && unload third && unload $BASE
}

without_the_other() {
	modprobe test_ksplice_mod || return
	! insmod "$DIR/ksplice-third.ko" 2>/dev/null || fail "it is loaded"
	says "third: the running kernel is not what this update was made for"
	load $BASE || return
	! insmod "$DIR/ksplice-third.ko" 2>/dev/null || fail "it is loaded"
}

# An update of the same functions that was not made on top of the other.
not_made_for_it() {
	load $BASE && apply $BASE || return
	! insmod "$DIR/ksplice-chain.ko" 2>/dev/null || fail "it is loaded"
	says "chain: cannot replace test_chain_.: an applied update replaces it already"
	# An update of other functions of the file is allowed.
	load table && apply table || return
	expect "22 60 60" "$TARGET/table"
	expect 222 "$TARGET/chain"
	undo $BASE || return
	expect 111 "$TARGET/chain"
	expect "22 60 60" "$TARGET/table"
}

module_comes_and_goes() {
	local i

	load_base && load third && apply third || return
	for i in 1 2 3; do
		rmmod test_ksplice_mod || fail "rmmod test_ksplice_mod"
		modprobe test_ksplice_mod || { fail "modprobe test_ksplice_mod"; return; }
		expect 33 "$MOD/at_init"
		expect 33 "$MOD/chain"
	done
	rmmod test_ksplice_mod
	undo third || return
	modprobe test_ksplice_mod || { fail "modprobe test_ksplice_mod"; return; }
	expect 22 "$MOD/at_init"
	apply third || return
	expect 33 "$MOD/chain"
	undo third && undo $BASE || return
	expect 11 "$MOD/chain"
}

all_or_nothing_on_top() {
	local i n=30

	slow_kernel && n=5
	load_base && load third || return
	echo 4 >"$TARGET/chain_threads"
	for ((i = 0; i < n; i++)); do
		apply third || break
		undo third || break
	done
	echo 0 >"$TARGET/chain_threads"
	note "$(cat "$TARGET/chain_counts")"
	[[ $(cat "$TARGET/chain_counts") == *" mixed 0" ]] || fail "a mixture was seen"
	expect 222 "$TARGET/chain"
}

# On top of an update that was loaded later: the order in which they were applied
# counts, also when the module is loaded again.
loaded_the_other_way_round() {
	load module_again && load module && apply module || return
	modprobe test_ksplice_mod || { fail "modprobe test_ksplice_mod"; return; }
	apply module_again || return
	expect module "$SYSFS/module_again/depends"
	expect 33 "$MOD/chain"
	rmmod test_ksplice_mod || fail "rmmod test_ksplice_mod"
	# That the module is gone changes nothing about it.
	expect module "$SYSFS/module_again/depends"
	refused 0 "$SYSFS/module/enabled" "$BUSY"
	says "module: update module_again is on top of it"
	modprobe test_ksplice_mod || { fail "modprobe test_ksplice_mod"; return; }
	expect 33 "$MOD/at_init"
	undo module_again || return
	expect 22 "$MOD/chain"
}

have_kprobes() {
	TRACED=1
	[ -w "$TRACING/kprobe_events" ] && return 0
	skip "no kprobe events"
	return 1
}

# probe MODULE: on what comes behind the entry of test_mod_a, where a jump would stand
probe() {
	local at

	# 9: it begins with an ENDBR, and no instruction begins at 5
	for at in 5 9; do
		{ echo "p:entry $1:test_mod_a+$at" >"$TRACING/kprobe_events"; } 2>/dev/null &&
			return 0
	done
	return 1
}

probe_on() {
	{ echo "$1" >"$TRACING/events/kprobes/entry/enable"; } 2>/dev/null
}

no_probe() {
	probe_on 0
	echo >"$TRACING/kprobe_events"
}

# probe_hits N: the function runs, and the probe sees it as often
probe_hits() {
	local n

	echo >"$TRACING/trace"
	cat "$MOD/chain" >/dev/null
	n=$(grep -c "entry:" "$TRACING/trace")
	[ "$n" -eq "$1" ] || fail "the probe was hit $n times, expected $1"
}

# The module can't be loaded while a probe stands where a jump should be: in the code
# of the update below.  What was not changed then is not changed back.
probe_before_the_module_comes() {
	have_kprobes && load_mod && load module && apply module || return
	load module_again && apply module_again || return
	rmmod test_ksplice_mod || fail "rmmod test_ksplice_mod"
	{ probe ksplice_module && probe_on 1; } || { fail "no probe"; return; }
	! modprobe -q test_ksplice_mod || fail "it was loaded"
	says "module_again: cannot replace test_mod_a: a kprobe stands in the bytes"
	undo module_again && load_mod || return
	expect 22 "$MOD/chain"
	probe_hits 1
	no_probe
	apply module_again || return
	expect 33 "$MOD/chain"
}

# A stock kernel allows a probe on the jump.  With the module, the jump goes, and the probe
# must neither be lost sight of nor write there again.
probe_on_the_jump() {
	local on

	have_kprobes && load_mod && load module && apply module || return
	load module_again && apply module_again || return
	for on in 1 0; do
		{ probe ksplice_module && probe_on $on; } ||
			{ skip "this kernel refuses it"; return; }
		expect 33 "$MOD/chain"
		rmmod test_ksplice_mod || fail "rmmod test_ksplice_mod"
		says "module_again: a kprobe on its jump in test_mod_a is gone"
		mark_dmesg
		# This may succeed, but must not write.
		[ $on = 1 ] || probe_on 1
		# Before and after the probe is removed
		load_mod && expect 33 "$MOD/at_init" || return
		no_probe
		expect 33 "$MOD/chain"
		rmmod test_ksplice_mod && load_mod && expect 33 "$MOD/at_init" || return
	done
	undo module_again || return
	expect 22 "$MOD/chain"
	{ probe ksplice_module && probe_on 1; } || fail "no probe"
	probe_hits 1
	no_probe
	apply module_again || return
	expect 33 "$MOD/chain"
}

# gone UPDATE: not applied any more, and can be removed
gone() {
	expect reversed "$SYSFS/$1/state"
	expect 0 "$SYSFS/$1/enabled"
	unload "$1"
}

in_the_place_of_all() {
	load_base && load third && apply third && load cumulative || return
	expect "$BASE"$'\nthird' "$SYSFS/cumulative/supersedes"
	expect $'test-id\nCVE-0000-1234' "$SYSFS/cumulative/fixes"
	expect '' "$SYSFS/$BASE/fixes"
	expect "test-data 2" "$SYSFS/cumulative/states"
	expect "" "$SYSFS/cumulative/depends"
	expect 333 "$TARGET/chain"
	apply cumulative || return
	expect 444 "$TARGET/chain"
	expect 44 "$MOD/chain"
	# A function that only the old updates replaced has its first code again.
	expect "test_ksplice_mod 5 7 40 0" "$MOD/refs"
	says "third: superseded by cumulative in the same stop"
	[ "$(cat "$SYSFS/cumulative/stops")" -ge 1 ] || fail "no stop"
	gone third && gone $BASE || return
	expect 444 "$TARGET/chain"
	rmmod test_ksplice_mod || fail "rmmod test_ksplice_mod"
	modprobe test_ksplice_mod || { fail "modprobe test_ksplice_mod"; return; }
	expect 44 "$MOD/at_init"
	undo cumulative || return
	expect 111 "$TARGET/chain"
	expect 11 "$MOD/chain"
}

# It is one stop: no thread sees a moment without either update.
no_gap() {
	local i n=30 counts

	slow_kernel && n=5
	modprobe test_ksplice_mod && load $BASE && load cumulative || return
	for ((i = 0; i < n; i++)); do
		apply $BASE || break
		echo 4 >"$TARGET/chain_threads"
		apply cumulative || break
		echo 0 >"$TARGET/chain_threads"
		counts=$(cat "$TARGET/chain_counts")
		[[ $counts == "old 0 "*" mixed 0" ]] || fail "seen: $counts"
		expect 444 "$TARGET/chain"
		undo cumulative || break
	done
	note "$counts"
	expect 111 "$TARGET/chain"
}

# It is loaded before what it supersedes is; that comes between.
loaded_before_the_others() {
	modprobe test_ksplice_mod && load cumulative && load $BASE || return
	apply $BASE || return
	expect 222 "$TARGET/chain"
	apply cumulative || return
	expect 444 "$TARGET/chain"
	expect 44 "$MOD/chain"
	undo cumulative || return
	expect 111 "$TARGET/chain"
	apply $BASE || return
	expect 222 "$TARGET/chain"
	expect "test_ksplice_mod 6 7 40 0" "$MOD/refs"
}

not_back_to_an_older_one() {
	load_base && load cumulative && apply cumulative || return
	refused 1 "$SYSFS/$BASE/enabled" "$BUSY"
	expect outdated "$SYSFS/$BASE/abort_cause"
	says "$BASE: update cumulative, which is applied, supersedes it"
	! insmod "$DIR/ksplice-third.ko" 2>/dev/null || fail "it is loaded"
	says "third: update cumulative, which is applied, supersedes it"
	# It names the other one in supersedes, but has an older state.
	load cumulative_old || return
	refused 1 "$SYSFS/cumulative_old/enabled" "$BUSY"
	expect outdated "$SYSFS/cumulative_old/abort_cause"
	says "update cumulative, .* has version 2 of state test-data, this one has 1"
	expect 444 "$TARGET/chain"
	expect 1 "$SYSFS/cumulative/enabled"
	undo cumulative && apply cumulative_old || return
	expect 555 "$TARGET/chain"
	# The newer one does not supersede it.
	refused 1 "$SYSFS/cumulative/enabled" "$BUSY"
	expect outdated "$SYSFS/cumulative/abort_cause"
	expect 555 "$TARGET/chain"
}

one_cumulative_after_the_other() {
	load_base && load cumulative && apply cumulative || return
	load cumulative_new && apply cumulative_new || return
	expect 666 "$TARGET/chain"
	expect 66 "$MOD/chain"
	expect "test-data 2"$'\n'"test-more 1" "$SYSFS/cumulative_new/states"
	gone cumulative || return
	# The state no longer blocks it, but now the jumps are already there.
	refused 1 "$SYSFS/$BASE/enabled" "$BUSY"
	expect text_changed "$SYSFS/$BASE/abort_cause"
	expect 666 "$TARGET/chain"
	undo cumulative_new || return
	expect 111 "$TARGET/chain"
}

# An update is on top of a superseded one.
one_left_on_top() {
	modprobe test_ksplice_mod && load cumulative || return
	load module && apply module && load module_again && apply module_again || return
	refused 1 "$SYSFS/cumulative/enabled" "$BUSY"
	expect text_changed "$SYSFS/cumulative/abort_cause"
	expect 33 "$MOD/chain"
	expect 111 "$TARGET/chain"
	unload cumulative || return
	load cumulative_module || return
	refused 1 "$SYSFS/cumulative_module/enabled" "$BUSY"
	expect stacked "$SYSFS/cumulative_module/abort_cause"
	says "cumulative_module: update module_again is on top of module, which this one supersedes"
	undo module_again && apply cumulative_module || return
	expect 44 "$MOD/chain"
	# The update on top of it fits nothing that is loaded.
	refused 1 "$SYSFS/module_again/enabled" "$BUSY"
	expect stacked "$SYSFS/module_again/abort_cause"
}

# The change waits for threads inside superseded code, as when it is taken back.
busy_in_the_superseded() {
	load_base && load cumulative || return
	cat "$MOD/sleep" >"$WORK/sleep" &
	loop_until grep -qx 1 "$MOD/sleepers" || fail "nobody sleeps"
	put 300 "$SYSFS/cumulative/timeout_ms"
	refused 1 "$SYSFS/cumulative/enabled" "$BUSY"
	expect code_busy "$SYSFS/cumulative/abort_cause"
	grep -q test_mod_sleep_show "$SYSFS/cumulative/conflicts" ||
		fail "conflicts: $(cat "$SYSFS/cumulative/conflicts")"
	expect 222 "$TARGET/chain"
	expect 1 "$SYSFS/$BASE/enabled"
	echo 1 >"$MOD/gate"
	wait
	expect "generation 2" "$WORK/sleep"
	apply cumulative || return
	expect 444 "$TARGET/chain"
	expect 0 "$SYSFS/$BASE/enabled"
}

modprobe -n test_ksplice_mod 2>/dev/null || skip_all "no CONFIG_TEST_KSPLICE_MODULES"
need_updates third
CLEANUP=clean_modules
run_tests \
	one_on_top \
	on_top_of_grown \
	out_of_order \
	without_the_other \
	not_made_for_it \
	module_comes_and_goes \
	loaded_the_other_way_round \
	probe_before_the_module_comes \
	probe_on_the_jump \
	in_the_place_of_all \
	no_gap \
	loaded_before_the_others \
	not_back_to_an_older_one \
	one_cumulative_after_the_other \
	one_left_on_top \
	busy_in_the_superseded \
	all_or_nothing_on_top

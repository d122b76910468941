#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Updates on top of updates: 'third' is made of the source that
# 'module_and_vmlinux' is in, and replaces the same functions again.

# shellcheck source-path=SCRIPTDIR source=functions.sh
. "$(dirname "$0")/functions.sh"

BASE=module_and_vmlinux
MOD=/sys/kernel/debug/test_ksplice_mod

says() {
	dmesg_since | grep -qE "$1" || fail "the log does not say: $1"
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

out_of_order() {
	load_base && load third && apply third || return
	refused 0 "$SYSFS/$BASE/enabled" "$BUSY"
	expect stacked "$SYSFS/$BASE/abort_cause"
	says "$BASE: update third is on top of it"
	expect 333 "$TARGET/chain"
	undo third && undo $BASE || return
	# What it stands on is not there.
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

# One of the same functions that does not know of the other.
not_made_for_it() {
	load $BASE && apply $BASE || return
	! insmod "$DIR/ksplice-chain.ko" 2>/dev/null || fail "it is loaded"
	says "chain: cannot replace test_chain_.: an applied update replaces it already"
	# Of other functions of the file: no matter.
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
		apply third && undo third || break
	done
	echo 0 >"$TARGET/chain_threads"
	note "$(cat "$TARGET/chain_counts")"
	[[ $(cat "$TARGET/chain_counts") == *" mixed 0" ]] || fail "a mixture was seen"
	expect 222 "$TARGET/chain"
}

clean_up() {
	rmmod test_ksplice_mod test_ksplice_dep
} 2>/dev/null

modprobe -n test_ksplice_mod 2>/dev/null || skip_all "no CONFIG_TEST_KSPLICE_MODULES"
need_updates third
CLEANUP=clean_up
run_tests \
	one_on_top \
	out_of_order \
	without_the_other \
	not_made_for_it \
	module_comes_and_goes \
	all_or_nothing_on_top

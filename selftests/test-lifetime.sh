#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# When the memory of an update may be freed: not while a thread may still enter its
# code, and never if the kernel's data holds addresses of it.

# shellcheck source-path=SCRIPTDIR source=functions.sh
. "$(dirname "$0")/functions.sh"

# Word of the header that holds the flags, and KSPLICE_UPDATE_STAYS
FLAGS=4
STAYS=1
# An unknown one
UNKNOWN=2

removed() {
	rmmod "ksplice_$1" 2>/dev/null
}

# Without the mark, since the test knows who calls that address.
load_lent() {
	cp "$DIR/ksplice-lent.ko" "$WORK/lent.ko"
	"$HELPER" word "$WORK/lent.ko" $FLAGS 0 || fail "the helper failed"
	insert "$WORK/lent.ko" lent
}

# A thread has the function's address on its stack, and has not called it yet.
thread_with_a_pointer() {
	load_lent && apply lent || return
	put 1 "$TARGET/lent"
	loop_until sleepers 1 || fail "the thread does not sleep"
	undo lent || return
	expect_state lent reversed 0
	! removed lent || { fail "removed, and a thread has an address of it"; return; }
	says "lent: its module can't be removed yet: thread [0-9]+ \(ksplice_lent\)"
	# It can be applied and taken back meanwhile.
	apply lent && undo lent || return
	! removed lent || { fail "removed, and a thread has an address of it"; return; }
	open_gate
	loop_until grep -qx 2 "$TARGET/lent" || fail "the thread says $(cat "$TARGET/lent")"
	loop_until removed lent || fail "it can't be removed afterwards"
	says "lent: its module can be removed now"
}

# As before, but the address is in a register only, which a softirq on the IRQ stack has
# saved.  The softirq keeps its CPU from any stop, so it begins after the last one.
thread_with_a_pointer_in_a_softirq() {
	load_lent && apply lent || return
	put 2 "$TARGET/lent"
	loop_until sleepers 1 || fail "the thread does not sleep"
	undo lent || return
	open_gate
	loop_until grep -qx 100 "$TARGET/lent" || fail "there is no softirq"
	# The worker checks every second.
	sleep 3
	! removed lent || { fail "removed, and a thread has an address of it"; return; }
	open_gate
	loop_until grep -qx 2 "$TARGET/lent" || fail "the thread says $(cat "$TARGET/lent")"
	loop_until removed lent || fail "it can't be removed afterwards"
}

# Taken back, it can be removed at once.
nobody_has_one() {
	local i

	for i in 1 2 3 4 5; do
		load_lent && apply lent && undo lent && unload lent || return
	done
}

# A thread that the kernel's RCU Tasks has to wait for.  Who removes the module must not
# wait for it, since that keeps others from loading modules.
thread_without_a_rest() {
	local start

	load_lent && apply lent || return
	put 1 "$TARGET/spin" && sleep 1
	undo lent || return
	start=$(now_ms)
	if timeout 20 rmmod ksplice_lent 2>/dev/null; then
		fail "removed, and a thread may be in code that leads back"
	fi
	[ $(($(now_ms) - start)) -lt 10000 ] ||
		fail "rmmod took $(($(now_ms) - start)) ms"
	says "lent: its module can't be removed yet: a thread may be preempted on its way"
	put 0 "$TARGET/spin"
	loop_until removed lent || fail "it can't be removed afterwards"
	says "lent: its module can be removed now"
}

with_flags() {
	cp "$DIR/ksplice-chain.ko" "$WORK/chain.ko"
	"$HELPER" word "$WORK/chain.ko" $FLAGS "$1" || fail "the helper failed"
}

# This update can't be unloaded any more; no later test may need its name.
stays_for_good() {
	with_flags $STAYS
	insert "$WORK/chain.ko" chain || return
	expect 1 "$SYSFS/chain/stays"
	# Only once it was applied
	unload chain && insert "$WORK/chain.ko" chain && apply chain || return
	says "chain: the kernel's data gets addresses of its memory that nobody gives back"
	undo chain || return
	expect 111 "$TARGET/chain"
	expect_state chain reversed 0
	! removed chain || fail "it was removed"
	apply chain || return
	expect 222 "$TARGET/chain"
	[ "$(dmesg_since | grep -c "chain: the kernel's data gets")" -eq 1 ] ||
		fail "not said once"
	undo chain || return
	expect 111 "$TARGET/chain"
}

others_do_not_stay() {
	load sleep || return
	expect 0 "$SYSFS/sleep/stays"
	apply sleep && undo sleep && unload sleep
}

unknown_flags() {
	with_flags $UNKNOWN
	! insmod "$WORK/chain.ko" 2>/dev/null || fail "it was loaded"
	says "has a header of [0-9]+ bytes with flags 0x2"
}

need_updates lent chain sleep
run_tests \
	thread_with_a_pointer \
	thread_with_a_pointer_in_a_softirq \
	nobody_has_one \
	thread_without_a_rest \
	unknown_flags \
	others_do_not_stay \
	stays_for_good

#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# A change waits: others can see it, end it, and load and remove its target modules
# without waiting for it.

# shellcheck source-path=SCRIPTDIR source=functions.sh
. "$(dirname "$0")/functions.sh"

CANCELED="Operation canceled"
# What must not wait for the change; else it would wait until its timeout.
SOON_MS=20000

# begin NAME VALUE: a change that a sleeping thread blocks; $! is the writer
begin() {
	put 120000 "$SYSFS/$1/timeout_ms"
	{ echo "$2" >"$SYSFS/$1/enabled"; } 2>"$WORK/writer" &
	WRITER=$!
	loop_until grep -q . "$SYSFS/$1/in_the_way" ||
		fail "nobody is shown to be in the way"
}

# ends [ERROR]: the write succeeds, or fails with the error
ends() {
	local out

	wait "$WRITER"
	out=$(<"$WORK/writer")
	[ "${out##*: }" = "${1:-}" ] || fail "the writer got '${out##*: }', expected '${1:-}'"
}

# soon COMMAND...: succeeds, and does not wait for the change
soon() {
	local start out

	start=$(now_ms)
	out=$(timeout $((SOON_MS / 1000)) "$@" 2>&1) || fail "$*: ${out:-it takes too long}"
	[ $(($(now_ms) - start)) -lt $SOON_MS ] || fail "$* took $(($(now_ms) - start)) ms"
}

# under_way NAME STATE PID FUNCTION
under_way() {
	expect "$2" "$SYSFS/$1/state"
	grep -qE "^$3 cat $4 [0-9]+( \(scanned\))?$" "$SYSFS/$1/in_the_way" ||
		fail "in_the_way says '$(cat "$SYSFS/$1/in_the_way")'"
	expect "" "$SYSFS/$1/conflicts"
}

seen() {
	local pid ms

	load sleep || return
	expect "" "$SYSFS/sleep/in_the_way"
	start_reader sleep_killable "$WORK/out"
	pid=$!
	begin sleep 1
	under_way sleep applying "$pid" test_sleep_killable_show
	expect 0 "$SYSFS/sleep/enabled"
	ms=$(awk '{ print $4 }' "$SYSFS/sleep/in_the_way")
	sleep 1
	[ "$(awk '{ print $4 }' "$SYSFS/sleep/in_the_way")" -ge $((ms + 900)) ] ||
		fail "in the way for $ms ms, 1 s later: $(cat "$SYSFS/sleep/in_the_way")"
	# Nothing that can be read waits.
	soon cat "$SYSFS"/sleep/{state,abort_cause,conflicts,depends,attempts,stops}
	open_gate
	ends
	expect_state sleep applied 1
	expect "" "$SYSFS/sleep/in_the_way"

	start_reader sleep_killable "$WORK/out"
	pid=$!
	begin sleep 0
	under_way sleep reversing "$pid" test_sleep_killable_show
	expect 1 "$SYSFS/sleep/enabled"
	open_gate
	ends
	expect_state sleep reversed 0
}

ended_by_the_opposite() {
	load sleep || return
	start_reader sleep_killable "$WORK/out"
	begin sleep 1
	soon sh -c "echo 0 >$SYSFS/sleep/enabled"
	ends "$CANCELED"
	expect_state sleep ready 0 cancelled
	grep -q test_sleep_killable_show "$SYSFS/sleep/conflicts" ||
		fail "conflicts says '$(cat "$SYSFS/sleep/conflicts")'"
	# Nothing of it is left: the same again is not.
	refused 0 "$SYSFS/sleep/enabled" "$INVALID"
	open_gate
	apply sleep || return
	expect "" "$SYSFS/sleep/conflicts"
	start_reader sleep_killable "$WORK/out"
	begin sleep 0
	soon sh -c "echo 1 >$SYSFS/sleep/enabled"
	ends "$CANCELED"
	expect_state sleep applied 1 cancelled
	open_gate
	undo sleep
}

ended_by_a_signal() {
	load sleep || return
	start_reader sleep_killable "$WORK/out"
	begin sleep 1
	kill -KILL "$WRITER"
	wait "$WRITER"
	expect_state sleep ready 0 interrupted
	open_gate
	apply sleep
}

have_module() {
	modprobe -n test_ksplice_mod 2>/dev/null && [ -f "$DIR/ksplice-live.ko" ] &&
		return 0
	skip "no CONFIG_TEST_KSPLICE_MODULES"
	return 1
}

# Loaded and removed while the update is being applied, and taken back.
target_comes_and_goes() {
	have_module && load live || return
	modprobe test_ksplice_dep
	start_reader sleep_killable "$WORK/out"
	begin live 1
	soon modprobe test_ksplice_mod || return
	expect 11 "$MOD/at_init"
	says "live: not applied yet: it gives way to a module"
	expect applying "$SYSFS/live/state"
	soon rmmod test_ksplice_mod
	soon modprobe test_ksplice_mod
	loop_until grep -q . "$SYSFS/live/in_the_way" || fail "it does not go on"
	expect applying "$SYSFS/live/state"
	open_gate
	ends
	expect_state live applied 1
	expect 1 "$SYSFS/live/test_ksplice_mod/patched"
	expect 22 "$MOD/chain"

	start_reader sleep_killable "$WORK/out"
	begin live 0
	soon rmmod test_ksplice_mod
	soon modprobe test_ksplice_mod
	expect 22 "$MOD/at_init"
	expect reversing "$SYSFS/live/state"
	open_gate
	ends
	expect_state live reversed 0
	expect 11 "$MOD/chain"
}

# The thread inside waits for the target to be loaded.
thread_waits_for_the_target() {
	have_module && load live || return
	modprobe test_ksplice_dep
	start_reader sleep_killable "$WORK/out"
	begin live 1
	{ modprobe test_ksplice_mod && echo 1 >"$TARGET/gate"; } 2>/dev/null
	ends
	expect_state live applied 1
	expect 22 "$MOD/chain"
}

# The change continues with the rest of its time, not with all of it.
timeout_is_one() {
	local start

	have_module && load live || return
	modprobe test_ksplice_dep
	start_reader sleep_killable "$WORK/out"
	put 4000 "$SYSFS/live/timeout_ms"
	start=$(now_ms)
	{ echo 1 >"$SYSFS/live/enabled"; } 2>"$WORK/writer" &
	WRITER=$!
	loop_until grep -q . "$SYSFS/live/in_the_way"
	sleep 2
	soon modprobe test_ksplice_mod
	ends "$BUSY"
	expect code_busy "$SYSFS/live/abort_cause"
	[ $(($(now_ms) - start)) -lt 30000 ] || fail "it took $(($(now_ms) - start)) ms"
	expect_state live ready 0 code_busy
	grep -q test_sleep_killable_show "$SYSFS/live/conflicts" ||
		fail "conflicts says '$(cat "$SYSFS/live/conflicts")'"
	open_gate
}

# Others are loaded and removed, and wait for their turn to be applied.
other_updates() {
	local waits

	load sleep || return
	start_reader sleep_killable "$WORK/out"
	begin sleep 1
	soon insmod "$DIR/ksplice-chain.ko"
	expect ready "$SYSFS/chain/state"
	{ echo 1 >"$SYSFS/chain/enabled"; } 2>"$WORK/other" &
	waits=$!
	sleep 0.5
	expect 111 "$TARGET/chain"
	# It goes, and with it the one that waits.
	soon rmmod ksplice_chain
	wait $waits
	grep -q "No such device" "$WORK/other" || fail "who waited got '$(<"$WORK/other")'"
	expect applying "$SYSFS/sleep/state"
	soon insmod "$DIR/ksplice-chain.ko"
	{ echo 1 >"$SYSFS/chain/enabled"; } 2>"$WORK/other" &
	waits=$!
	open_gate
	ends
	wait $waits
	expect_state sleep applied 1
	expect_state chain applied 1
	expect 222 "$TARGET/chain"
}

need_updates sleep
CLEANUP=clean_modules
run_tests \
	seen \
	ended_by_the_opposite \
	ended_by_a_signal \
	target_comes_and_goes \
	thread_waits_for_the_target \
	timeout_is_one \
	other_updates

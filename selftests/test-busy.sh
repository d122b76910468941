#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Threads sleep inside the replaced code: nothing changes as long as they do, and
# the writer learns their names.

# shellcheck source-path=SCRIPTDIR source=functions.sh
. "$(dirname "$0")/functions.sh"

U=$SYSFS/sleep

# took MIN MAX COMMAND...: in ms
took() {
	local min=$1 max=$2 start ms

	shift 2
	start=$(now_ms)
	"$@"
	ms=$(($(now_ms) - start))
	[ $ms -ge "$min" ] || fail "$1 took only $ms ms, expected $min"
	[ $ms -le "$max" ] || fail "$1 took $ms ms, expected at most $max"
}

# conflict NAME "PID COMM FUNCTION"
conflict() {
	grep -qE "^$2( |\.cold|$)" "$SYSFS/$1/conflicts" ||
		fail "conflicts doesn't name '$2' but '$(cat "$SYSFS/$1/conflicts")'"
}

# busy NAME VALUE: the change is refused after the timeout, and named so
busy() {
	put 500 "$SYSFS/$1/timeout_ms"
	took 500 10000 refused "$2" "$SYSFS/$1/enabled" "$BUSY"
	expect code_busy "$SYSFS/$1/abort_cause"
	expect $((1 - $2)) "$SYSFS/$1/enabled"
	# A thread in the way must not cause a stop.
	[ "$(cat "$PLAIN")" = Y ] || expect 0 "$SYSFS/$1/stops"
	put 15000 "$SYSFS/$1/timeout_ms"
}

reader_leaves() {
	open_gate
	wait "${READERS[-1]}"
	expect "generation $1" "$WORK/out"
}

# In the old function, then in the new one.
reader() {
	local before pid

	before=$(cat "$TARGET/entries")
	load sleep || return
	start_reader sleep_killable "$WORK/out"
	pid=$!
	busy sleep 1
	expect ready "$U/state"
	conflict sleep "$pid cat test_sleep_killable_show"
	[ "$(wc -l <"$U/conflicts")" -eq 1 ] ||
		fail "conflicts names others, too: $(cat "$U/conflicts")"
	expect "$before" "$TARGET/entries"
	[ "$(cat "$U/attempts")" -gt 1 ] || fail "there was only one attempt"
	reader_leaves 1
	apply sleep || return
	expect_state sleep applied 1

	start_reader sleep_killable "$WORK/out"
	pid=$!
	busy sleep 0
	expect applied "$U/state"
	conflict sleep "$pid cat test_sleep_killable_show"
	! rmmod ksplice_sleep 2>/dev/null || fail "rmmod with a thread inside"
	reader_leaves 2
	undo sleep || return
	expect_state sleep reversed 0
	expect "$before" "$TARGET/entries"

	# And once more in the old one.
	start_reader sleep_killable "$WORK/out"
	busy sleep 1
	expect reversed "$U/state"
	reader_leaves 1
	apply sleep
}

# happens EVENT TEXT: waits until it is in the trace
happens() {
	loop_until grep -q " ksplice_$1: .*$2" "$TRACING/trace"
}

# The reader leaves as soon as it was found in the way. After a fixed time it may
# be gone already when a change on a slow machine looks for the first time.
open_gate_on_conflict() {
	trace_on
	(happens conflict && echo 1 >"$TARGET/gate") &
}

# undisturbed COMMAND...: by a process that no child's end interrupts, since a
# change that a signal interrupts starts again
undisturbed() {
	("$@") && return
	test_failed=1
	return 1
}

leaves_in_time() {
	load sleep || return
	start_reader sleep_killable "$WORK/out"
	open_gate_on_conflict
	took 0 10000 undisturbed apply sleep || return
	expect_state sleep applied 1
	[ "$(cat "$U/attempts")" -gt 1 ] || fail "there was only one attempt"
	expect 1 "$U/stops"
	start_reader sleep_killable "$WORK/out2"
	open_gate_on_conflict
	took 0 10000 undisturbed undo sleep
	expect_state sleep reversed 0
	wait
	expect "generation 1" "$WORK/out"
	expect "generation 2" "$WORK/out2"
}

# The writer gets a signal that it handles (a child ends): the write starts again.
interrupted_writer() {
	load sleep || return
	start_reader sleep_killable "$WORK/out"
	trace_on
	happens conflict &
	(happens 'done' ret=-512 && echo 1 >"$TARGET/gate") &
	took 0 10000 apply sleep || return
	expect_state sleep applied 1
	happens 'done' 'ret=0' || fail "it was never done"
	wait
	expect "generation 1" "$WORK/out"
}

# A reader that a signal ends, or that calls again after a nudge.
interruptible_reader() {
	local pid

	load sleep || return
	start_reader sleep_interruptible "$WORK/out"
	pid=$!
	(sleep 1; kill -TERM "$pid") 2>/dev/null &
	took 0 10000 apply sleep || return
	expect_state sleep applied 1
}

# start_quiet OUTPUT: a process that must get no signal
start_quiet() {
	"$HELPER" quiet "$TARGET/sleep_interruptible" >"$1" &
	READERS+=($!)
}

# Threads that sleep interruptibly are nudged.  Their programs do not notice.
nudged_readers() {
	local i

	load sleep || return
	for i in 1 2 3; do
		start_quiet "$WORK/out$i"
	done
	loop_until sleepers 3 || fail "they do not sleep"
	took 50 8000 apply sleep || return
	expect 1 "$U/stops"
	loop_until sleepers 3 || fail "they are not back"
	took 50 8000 undo sleep || return
	loop_until sleepers 3 || fail "they are not back"
	took 50 8000 apply sleep || return
	loop_until sleepers 3 || fail "they are not back"
	open_gate
	for i in 1 2 3; do
		wait "${READERS[i - 1]}" || fail "reader $i noticed"
		expect "generation 2" "$WORK/out$i"
	done
}

# They go on as before if another thread stays.
nudged_in_vain() {
	load sleep || return
	start_quiet "$WORK/out1"
	loop_until sleepers 1 || fail "it does not sleep"
	start_reader sleep_killable "$WORK/out2"
	put 3000 "$U/timeout_ms"
	took 3000 10000 refused 1 "$U/enabled" "$BUSY"
	conflict sleep "${READERS[1]} cat test_sleep_killable_show"
	loop_until sleepers 2 || fail "it is not back"
	open_gate
	wait "${READERS[0]}" || fail "the reader noticed"
	expect "generation 1" "$WORK/out1"
}

# state_of PID: as ps shows it
state_of() {
	sed -nE 's/^State:\s+(.).*/\1/p' "/proc/$1/status"
}

is_state() {
	[ "$(state_of "$1")" = "$2" ]
}

# waits_in PID FUNCTION
waits_in() {
	[ "$(cat "/proc/$1/wchan")" = "$2" ]
}

# no_nudge COMMAND...: while it runs, no thread is nudged
no_nudge() {
	trace_on
	"$@"
	! grep -q ' ksplice_nudge: ' "$TRACING/trace" ||
		fail "nudged: $(grep -m 1 ' ksplice_nudge: ' "$TRACING/trace")"
}

# The process is stopped in the replaced code, and stays stopped.
stopped_process() {
	local pid

	load signal || return
	sleep 1000 &
	pid=$!
	READERS+=("$pid")
	kill -STOP $pid
	loop_until is_state $pid T || fail "it does not stop"
	no_nudge busy signal 1
	conflict signal "$pid [^ ]+ get_signal"
	is_state $pid T || fail "it does not stay stopped"
	kill -CONT $pid
	apply signal || return
	kill -STOP $pid
	loop_until is_state $pid T || fail "it does not stop"
	no_nudge busy signal 0
	conflict signal "$pid [^ ]+ get_signal"
	is_state $pid T || fail "it does not stay stopped"
	kill -CONT $pid
	undo signal
}

thaw() {
	[ -d "$WORK/cgroup/frozen" ] || return 0
	echo 0 >"$WORK/cgroup/frozen/cgroup.freeze"
	loop_until rmdir "$WORK/cgroup/frozen"
	umount "$WORK/cgroup"
	CLEANUP=
} 2>/dev/null

frozen_process() {
	mkdir "$WORK/cgroup"
	mount -t cgroup2 none "$WORK/cgroup" 2>/dev/null ||
		{ skip "no cgroups"; return; }
	mkdir "$WORK/cgroup/frozen"
	[ -w "$WORK/cgroup/frozen/cgroup.freeze" ] ||
		{ umount "$WORK/cgroup"; skip "nothing can be frozen"; return; }
	load signal || return
	sleep 1000 &
	FROZEN=$!
	READERS+=("$FROZEN")
	CLEANUP=thaw
	echo $FROZEN >"$WORK/cgroup/frozen/cgroup.procs"
	echo 1 >"$WORK/cgroup/frozen/cgroup.freeze"
	loop_until grep -qx 'frozen 1' "$WORK/cgroup/frozen/cgroup.events" ||
		fail "it does not freeze"
	no_nudge busy signal 1
	conflict signal "$FROZEN [^ ]+ (get_signal|do_freezer_trap)"
	grep -qx 'frozen 1' "$WORK/cgroup/frozen/cgroup.events" ||
		fail "it does not stay frozen"
	echo 0 >"$WORK/cgroup/frozen/cgroup.freeze"
	apply signal
}

# The thread runs task work in its wait, inside the code. It must go on with its own
# work there, and only a signal makes it leave.
io_uring_waiter() {
	local pid change parked=0

	load ring || return
	"$HELPER" ring . &
	pid=$!
	READERS+=("$pid")
	loop_until waits_in $pid io_cqring_wait ||
		{ skip "no io_uring, or nobody sees where it waits"; return; }
	put 2000 "$SYSFS/ring/timeout_ms"
	{ echo 1 >"$SYSFS/ring/enabled"; } 2>/dev/null &
	change=$!
	while kill -0 $change 2>/dev/null; do
		! grep -qw park "/proc/$pid/stack" || parked=1
	done
	wait $change
	[ $parked -eq 0 ] || fail "it was parked inside"
	expect code_busy "$SYSFS/ring/abort_cause"
	conflict ring "$pid ksplice-helper io_cqring_wait"
	waits_in $pid io_cqring_wait || fail "it does not wait any more"
	kill -TERM $pid
	wait $pid || fail "it noticed something else"
	apply ring
}

# Again and again, more threads run at once than the record can hold.
herd() {
	local i ready

	load chain || return
	mkfifo "$WORK/ready"
	"$HELPER" herd 1500 300 >"$WORK/ready" &
	READERS+=($!)
	read -r ready <"$WORK/ready"
	[ "$ready" = ready ] || { fail "no herd"; return; }
	for i in 1 2 3 4; do
		apply chain || break
		undo chain || break
	done
	note "of $(cat "$SYSFS/chain/checked_tasks") threads" \
		"$(cat "$SYSFS/chain/rechecked_tasks") were checked in the last stop"
}

killed_reader() {
	load sleep || return
	start_reader sleep_killable "$WORK/out"
	(sleep 1; kill -KILL "${READERS[-1]}") 2>/dev/null &
	took 500 10000 apply sleep
}

kernel_thread() {
	load sleep || return
	echo 1 >"$TARGET/sleep_kthread"
	loop_until sleepers 1 || fail "the thread does not sleep"
	busy sleep 1
	conflict sleep "[0-9]+ ksplice_sleeper test_sleep_kthread"
	open_gate
	loop_until grep -q 1 "$TARGET/sleep_kthread" || fail "the thread is still there"
	apply sleep || return
	echo 1 >"$TARGET/sleep_kthread"
	loop_until sleepers 1 || fail "the thread does not sleep"
	busy sleep 0
	conflict sleep "[0-9]+ ksplice_sleeper test_sleep_kthread"
	open_gate
	loop_until grep -q 2 "$TARGET/sleep_kthread" || fail "not the new code"
	undo sleep
}

# The thread has left the task list, and sleeps in a function of the rest of its exit.
exiting_thread() {
	load sleep || return
	echo 1 >"$TARGET/sleep_exit"
	loop_until sleepers 1 || fail "the thread does not sleep"
	! pgrep -x ksplice_exit >/dev/null || fail "the thread is still listed"
	busy sleep 1
	conflict sleep "[0-9]+ ksplice_exit test_sleep_exit"
	[ "$(wc -l <"$U/conflicts")" -eq 1 ] ||
		fail "not one line: $(cat "$U/conflicts")"
	open_gate
	loop_until grep -q 1 "$TARGET/sleep_exit" || fail "the thread is still there"
	apply sleep || return
	echo 1 >"$TARGET/sleep_exit"
	loop_until sleepers 1 || fail "the thread does not sleep"
	busy sleep 0
	conflict sleep "[0-9]+ ksplice_exit test_sleep_exit"
	open_gate
	loop_until grep -q 2 "$TARGET/sleep_exit" || fail "not the new code"
	undo sleep
}

# The same with all threads checked in the stop.
exiting_thread_plain() {
	echo 1 >"$PLAIN"
	exiting_thread
	[ "$(cat "$U/stops")" -ge 1 ] || fail "there was no stop"
	echo 0 >"$PLAIN"
}

# A thread that spins, calling nothing but cond_resched(), is no reason to wait.
spinner() {
	echo 1 >"$TARGET/spin"
	(sleep 20; echo 0 >"$TARGET/spin") &
	load chain || return
	took 0 5000 apply chain || return
	took 0 5000 undo chain || return
	took 0 5000 apply chain
	kill $! 2>/dev/null
}

# Threads are inside half of the time, and give way there: the stop waits for a
# moment in which they are not inside.
one_stop() {
	local i pid stops sum=0

	load yield || return
	"$HELPER" visit "$TARGET/yield" "$(nproc)" &
	pid=$!
	sleep 2
	for ((i = 0; i < 40; i++)); do
		put $((1 - i % 2)) "$SYSFS/yield/enabled" || break
		read -r stops <"$SYSFS/yield/stops"
		((sum += stops))
	done
	kill $pid
	wait $pid
	note "$sum stops for $i changes"
	[ $sum -le $((i + i / 20)) ] || fail "$sum stops for $i changes"
}

# always NAME PATTERN: the change is refused at the first check
always() {
	load "$1" || return
	took 0 5000 refused 1 "$SYSFS/$1/enabled" "$BUSY"
	expect always_busy "$SYSFS/$1/abort_cause"
	expect 1 "$SYSFS/$1/attempts"
	expect 0 "$SYSFS/$1/stops"
	conflict "$1" "$2"
}

# Functions that the writer itself is in, and that all threads sleep in.
always_busy() {
	always writer "[0-9]+ test-busy.sh vfs_write"
	always schedule "2 kthreadd schedule"
}

# Each of several threads is named.
many_threads() {
	local i pid

	load sleep || return
	for i in 1 2 3; do
		start_reader sleep_killable "$WORK/out$i"
	done
	echo 1 >"$TARGET/sleep_kthread"
	loop_until sleepers 4 || fail "the thread does not sleep"
	busy sleep 1
	for pid in "${READERS[@]}"; do
		conflict sleep "$pid cat test_sleep_killable_show"
	done
	conflict sleep "[0-9]+ ksplice_sleeper test_sleep_kthread"
	[ "$(wc -l <"$U/conflicts")" -eq 4 ] ||
		fail "not four lines: $(cat "$U/conflicts")"
	open_gate
	apply sleep
}

# More than fit into a page.
crowd() {
	local i

	load sleep || return
	for ((i = 0; i < 100; i++)); do
		cat "$TARGET/sleep_killable" >/dev/null &
		READERS+=($!)
	done
	loop_until sleepers 100 || fail "only $(cat "$TARGET/sleepers") sleep"
	busy sleep 1
	conflict sleep "[0-9]+ cat test_sleep_killable_show"
	[ "$(grep -cvE '^[0-9]+ cat test_sleep_killable_show$' "$U/conflicts")" -le 1 ] ||
		fail "broken lines: $(tail -n 3 "$U/conflicts")"
	open_gate
	apply sleep
}

cold_part() {
	load cold || return
	echo 1 >"$TARGET/cold_path"
	start_reader cold "$WORK/out"
	echo 0 >"$TARGET/cold_path"
	busy cold 1
	conflict cold "$! cat test_cold_show"
	expect "generation 1" "$TARGET/cold"
	open_gate
	apply cold || return
	echo 1 >"$TARGET/cold_path"
	start_reader cold "$WORK/out2"
	echo 0 >"$TARGET/cold_path"
	busy cold 0
	conflict cold "$! cat test_cold_show"
	open_gate
	undo cold || return
	expect "cold generation 2" "$WORK/out2"
}

# Its return address is behind the last byte of the function.
tail_that_never_returns() {
	load tail || return
	echo 1 >"$TARGET/tail"
	loop_until sleepers 1 || fail "the thread does not sleep"
	busy tail 1
	conflict tail "[0-9]+ ksplice_tail test_tail_thread"
	open_gate
	apply tail || return
	echo 1 >"$TARGET/tail"
	loop_until sleepers 1 || fail "the thread does not sleep"
	expect 2 "$TARGET/tail"
	busy tail 0
	conflict tail "[0-9]+ ksplice_tail test_tail_thread"
	open_gate
	undo tail
}

# A thread elsewhere in the same file is not in the way.
sleeper_elsewhere() {
	load chain || return
	start_reader sleep_killable "$WORK/out"
	apply chain && undo chain || return
	sleepers 1 || fail "the reader was disturbed"
	reader_leaves 1
}

# A thread may have any name; there is one line for it all the same.
odd_name() {
	load sleep || return
	"$HELPER" named "$TARGET/sleep_killable" &
	READERS+=($!)
	loop_until sleepers 1 || fail "no reader sleeps"
	busy sleep 1
	[ "$(wc -l <"$U/conflicts")" -eq 1 ] ||
		fail "not one line: $(cat "$U/conflicts")"
	grep -q "^${READERS[-1]} .*test_sleep_killable_show" "$U/conflicts" ||
		fail "conflicts: $(cat "$U/conflicts")"
}

load_another_module() {
	modprobe dummy numdummies=0 || fail "modprobe dummy"
	rmmod dummy || fail "rmmod dummy"
}

# A change that waits for a thread blocks neither modules nor readers of sysfs.
others_go_on() {
	modprobe -n dummy 2>/dev/null || { skip "no module to load"; return; }
	load sleep || return
	start_reader sleep_killable "$WORK/out"
	put 20000 "$U/timeout_ms"
	{ echo 1 >"$U/enabled"; } 2>/dev/null &
	sleep 0.5
	took 0 8000 load_another_module
	took 0 4000 grep -q '' "$U/conflicts"
	open_gate
	wait
	expect 1 "$U/enabled"
}

# The writer can be interrupted.
writer_is_killed() {
	local writer

	load sleep || return
	start_reader sleep_killable "$WORK/out"
	put 60000 "$U/timeout_ms"
	(echo 1 >"$U/enabled") 2>/dev/null &
	writer=$!
	sleep 1
	kill -KILL $writer
	took 0 5000 wait $writer
	expect 0 "$U/enabled"
	expect ready "$U/state"
	open_gate
	expect ready "$U/state"
	apply sleep
}

no_time() {
	load sleep || return
	start_reader sleep_killable "$WORK/out"
	put 0 "$U/timeout_ms"
	took 0 2000 refused 1 "$U/enabled" "$BUSY"
	expect 1 "$U/attempts"
	open_gate
	apply sleep
}

need_updates sleep cold tail chain yield writer schedule signal ring
run_tests \
	reader \
	leaves_in_time \
	interrupted_writer \
	interruptible_reader \
	nudged_readers \
	nudged_in_vain \
	stopped_process \
	frozen_process \
	io_uring_waiter \
	herd \
	killed_reader \
	kernel_thread \
	exiting_thread \
	exiting_thread_plain \
	spinner \
	one_stop \
	always_busy \
	many_threads \
	crowd \
	cold_part \
	tail_that_never_returns \
	sleeper_elsewhere \
	odd_name \
	others_go_on \
	writer_is_killed \
	no_time

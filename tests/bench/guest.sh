#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# What run.sh measures in the guest, whose time counts instructions: prints
# "NAME VALUE" lines. guest.sh DIR, where DIR holds the updates, the livepatch
# and the helper.

set -u
cd "$1" || exit 1
SYSFS=/sys/kernel/ksplice
TARGET=/sys/kernel/debug/test_ksplice
MANY=/sys/kernel/debug/test_ksplice_many
TRACING=/sys/kernel/tracing
PLAIN=/sys/kernel/debug/ksplice/plain_check
FORCE=/sys/kernel/debug/ksplice/force_conservative
LIVEPATCH=/sys/kernel/livepatch/test_ksplice_livepatch
mountpoint -q /sys/kernel/debug || mount -t debugfs debugfs /sys/kernel/debug
mountpoint -q $TRACING || mount -t tracefs tracefs $TRACING

die() {
	echo "bench: $*" >&2
	exit 1
}

now_us() {
	echo "${EPOCHREALTIME/[.,]/}"
}

# The middle one of an odd number of lines.
median() {
	sort -n | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'
}

put() {
	echo "$1" >"$2" || die "writing $1 to $2 failed: $(cat "${2%/*}/abort_cause" 2>/dev/null)"
}

# start_threads N [MS]: N more threads; stop_threads ends them.
start_threads() {
	local ready

	# shellcheck disable=SC2094 # a FIFO
	[ -p /tmp/ready ] || mkfifo /tmp/ready
	./threads "$@" >/tmp/ready &
	threads=$!
	read -r ready </tmp/ready
	[ "$ready" = ready ] || die "no $1 threads"
}

stop_threads() {
	kill -KILL $threads
	wait $threads 2>/dev/null
}

# one_stop: applies and takes back; what the stop took when it was applied
one_stop() {
	put 1 $SYSFS/calls/enabled
	cat $SYSFS/calls/pause_ns
	[ "$(cat $SYSFS/calls/stops)" -eq 1 ] || die "more than one stop"
	put 0 $SYSFS/calls/enabled
}

# stops NAME RUNS
stops() {
	local i

	for ((i = 0; i < $2; i++)); do
		one_stop
	done >/tmp/stops
	echo "$1 $(median </tmp/stops)"
	echo "$1: $(tr '\n' ' ' </tmp/stops)" >&2
}

measure_stops() {
	local n

	for n in 100 1000 10000; do
		start_threads $n
		sleep 1
		stops stop_$n 5
		if [ $n -eq 10000 ]; then
			echo "checked_$n $(cat $SYSFS/calls/checked_tasks)"
			put 1 $PLAIN
			stops plain_$n 3
			put 0 $PLAIN
		fi
		stop_threads
	done
	start_threads 1000 100
	stops switching_1000 5
	stop_threads
}

# What a change does outside of its stop, as seen by others who want the CPU: the
# longest stretch of each kind, in instructions (and those of the probes).
stretch_events() {
	cat <<-END
	p:bench/change_begin ksplice_change
	r:bench/change_end ksplice_change
	p:bench/resched __cond_resched
	p:bench/gather_begin threads_gather_batch
	r:bench/gather_end threads_gather_batch
	p:bench/held_begin task_call_func
	r:bench/held_end task_call_func
	p:bench/exit_begin rcu_tasks_for_each_exiting
	r:bench/exit_end rcu_tasks_for_each_exiting
	p:bench/drain_begin ksplice_window_drain
	r:bench/drain_end ksplice_window_drain
	END
}

start_stretches() {
	local me="common_pid == $$"

	echo 32768 >$TRACING/buffer_size_kb
	echo mono >$TRACING/trace_clock
	stretch_events >$TRACING/kprobe_events || die "no probes"
	echo "$me" >$TRACING/events/bench/filter
	echo "prev_pid == $$ || next_pid == $$" >$TRACING/events/sched/sched_switch/filter
	echo 1 >$TRACING/events/sched/sched_switch/enable
	echo 1 >$TRACING/events/bench/enable
}

end_stretches() {
	echo 0 >$TRACING/events/bench/enable
	echo 0 >$TRACING/events/sched/sched_switch/enable
	echo 0 >$TRACING/events/sched/sched_switch/filter
	echo >$TRACING/kprobe_events
}

# stretches NAME: of one change there and back
stretches() {
	echo >$TRACING/trace
	put 1 $SYSFS/many/enabled
	put 0 $SYSFS/many/enabled
	cat $TRACING/trace >/tmp/trace
	awk -v me=$$ -v name="$1" -f stretches.awk /tmp/trace || die "$1: no stretches"
}

# N threads, 500 ranges, and full stacks, which are unwound or read word by word
measure_stretches() {
	local full=()

	insmod $ko/ksplice-many.ko || die "insmod"
	cat $MANY/deep &
	full+=($!)
	cat $MANY/steep &
	full+=($!)
	start_threads 10000
	sleep 1
	start_stretches
	stretches unwound
	put 1 $FORCE
	stretches scanned
	put 0 $FORCE
	end_stretches
	stop_threads
	kill "${full[@]}"
	wait "${full[@]}" 2>/dev/null
	rmmod ksplice_many
}

call_ns() {
	local i

	for i in 1 2 3 4 5; do
		awk '{ print $4 }' $TARGET/calls
	done | median
}

livepatch_done() {
	[ "$(cat $LIVEPATCH/transition 2>/dev/null)" = "$1" ]
}

add_livepatch() {
	insmod test_ksplice_livepatch.ko bench=1 || die "no livepatch"
	until livepatch_done 0; do
		sleep 0.01
	done
}

remove_livepatch() {
	put 0 $LIVEPATCH/enabled
	while [ -d $LIVEPATCH ]; do
		sleep 0.01
	done
	rmmod test_ksplice_livepatch
}

measure_calls() {
	echo "call_plain $(call_ns)"
	put 1 $SYSFS/calls/enabled
	echo "call_ksplice $(call_ns)"
	put 0 $SYSFS/calls/enabled
	add_livepatch
	echo "call_livepatch $(call_ns)"
	remove_livepatch
	echo "call_plain_again $(call_ns)"
}

# done_in NAME COMMAND...: how long it takes, in ms
done_in() {
	local name=$1 start

	shift
	start=$(now_us)
	"$@"
	echo "$name $(awk -v us=$(($(now_us) - start)) 'BEGIN { printf "%.1f", us / 1000 }')"
}

sleeper() {
	local before

	before=$(cat $TARGET/sleepers)
	cat $TARGET/sleep_interruptible >/dev/null &
	until [ "$(cat $TARGET/sleepers)" -gt "$before" ]; do
		sleep 0.01
	done
	(sleep 30; echo 1 >$TARGET/gate) &
	gate=$!
}

end_sleeper() {
	kill $gate 2>/dev/null
	echo 1 >$TARGET/gate
	until [ "$(cat $TARGET/sleepers)" -eq 0 ]; do
		sleep 0.01
	done
}

start_load() {
	local i

	load=()
	for i in 1 2; do
		(while :; do :; done) &
		load+=($!)
		(while :; do /bin/true; done) &
		load+=($!)
	done
	start_threads 100 10
}

stop_load() {
	kill -KILL "${load[@]}"
	wait "${load[@]}" 2>/dev/null
	stop_threads
}


measure_done() {
	done_in done_ksplice_idle put 1 $SYSFS/sleep/enabled
	put 0 $SYSFS/sleep/enabled
	done_in done_livepatch_idle add_livepatch
	remove_livepatch

	start_load
	done_in done_ksplice_load put 1 $SYSFS/sleep/enabled
	put 0 $SYSFS/sleep/enabled
	done_in done_livepatch_load add_livepatch
	stop_load
	remove_livepatch

	put 60000 $SYSFS/sleep/timeout_ms
	sleeper
	done_in done_ksplice_sleeper put 1 $SYSFS/sleep/enabled
	end_sleeper
	put 0 $SYSFS/sleep/enabled
	sleeper
	done_in done_livepatch_sleeper add_livepatch
	end_sleeper
	remove_livepatch
}

# In memory, and with insmod in memory, too: nothing waits for the host.
cp ./*.ko /dev/shm/ 2>/dev/null || cp ./*.ko /tmp/
ko=/dev/shm
[ -f $ko/ksplice-calls.ko ] || ko=/tmp
insmod $ko/ksplice-sleep.ko || die "insmod"
start=$(now_us)
insmod $ko/ksplice-calls.ko || die "insmod"
echo "load_us $(($(now_us) - start))"
echo "update_bytes $(awk '$1 == "ksplice_calls" { print $2 }' /proc/modules)"

measure_calls
measure_stops
measure_done
measure_stretches

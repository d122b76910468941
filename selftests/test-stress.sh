#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Updates are applied and taken back under a load that may get in their way: threads
# start and exit, get signals, fault, switch; CPUs come and go; modules are loaded;
# the same functions are traced and probed, on and off.  Each call meanwhile has to
# be wholly old or wholly new.
#
# KSPL_CYCLES: how often an update is applied and taken back (10)

# shellcheck source-path=SCRIPTDIR source=functions.sh
. "$(dirname "$0")/functions.sh"

U=$SYSFS/chain
CPU1=/sys/devices/system/cpu/cpu1/online
CYCLES=${KSPL_CYCLES:-10}
LOAD=()

# in_background COMMAND...: over and over, until stop_load
in_background() {
	(
		rounds=0
		while [ -e "$WORK/go" ]; do
			"$@"
			((rounds++))
		done >/dev/null 2>&1
		echo "$rounds rounds of $*" >>"$WORK/rounds"
	) &
	LOAD+=($!)
}

stop_load() {
	rm -f "$WORK/go"
	wait "${LOAD[@]}" 2>/dev/null
	LOAD=()
	renice -n 0 $$ >/dev/null
	[ ! -w "$CPU1" ] || echo 1 >"$CPU1"
	echo nop >"$TRACING/current_tracer"
	echo >"$TRACING/set_ftrace_filter"
	echo 0 >"$TRACING/events/kprobes/enable"
	echo >"$TRACING/kprobe_events"
} 2>/dev/null

births_and_deaths() {
	/bin/true
	(exit 0) &
	(exit 0)
	wait $!
}

signals() {
	local pid

	(
		trap : USR1
		for ((i = 0; i < 1000; i++)); do
			:
		done
	) &
	pid=$!
	kill -USR1 $pid
	kill -STOP $pid
	kill -CONT $pid
	kill -TERM $pid
	wait $pid
}

faults() {
	head -c 2M /dev/zero | sort -z | tail -c 1
}

switches() {
	yes | head -c 100K | cat | cat
}

hotplug() {
	echo 0 >"$CPU1"
	sleep 0.1
	echo 1 >"$CPU1"
	sleep 0.1
}

modules() {
	modprobe dummy numdummies=0
	rmmod dummy
}

tracing() {
	echo 'test_chain_*' >"$TRACING/set_ftrace_filter"
	echo function >"$TRACING/current_tracer"
	sleep 0.05
	echo function_graph >"$TRACING/current_tracer"
	sleep 0.05
	echo nop >"$TRACING/current_tracer"
}

probing() {
	echo 'p:stress_p test_chain_b' >>"$TRACING/kprobe_events"
	echo 'r:stress_r test_chain_c' >>"$TRACING/kprobe_events"
	echo 1 >"$TRACING/events/kprobes/enable"
	sleep 0.05
	echo 0 >"$TRACING/events/kprobes/enable"
	echo >"$TRACING/kprobe_events"
}

# bpf TYPE FUNCTION: a BPF program is there for a moment.
bpf() {
	sleep 0.05 | "$DIR/ksplice-bpf" "$1" "$2" ${MARK:+"$OBJECT"}
}

sleepers_come() {
	timeout 0.2 cat "$TARGET/sleep_interruptible"
}

have_btf() {
	bpf fexit test_chain_a >/dev/null 2>&1
}

start_load() {
	touch "$WORK/go"
	TRACED=1
	if command -v stress-ng >/dev/null; then
		in_background stress-ng -t 5 --fork 1 --exec 1 --kill 1 \
			--fault 1 --switch 1 --clone 1 --vm 1 --vm-bytes 16M
	else
		note "no stress-ng: without its load"
	fi
	in_background births_and_deaths
	in_background signals
	in_background faults
	in_background switches
	in_background sleepers_come
	in_background tracing
	in_background probing
	in_background bpf kprobe test_chain_a
	in_background bpf kretprobe test_chain_b
	! have_btf || in_background bpf fentry test_chain_b
	! have_btf || in_background bpf fexit test_chain_a
	[ ! -w "$CPU1" ] || in_background hotplug
	! modprobe -n dummy 2>/dev/null || in_background modules
}

# pause SECONDS: without a child, which would wait for a CPU much longer
pause() {
	[ "${NEVER:-}" ] || { mkfifo "$WORK/never" && exec {NEVER}<>"$WORK/never"; }
	read -rt "$1" -u "$NEVER"
}

# cycles NAME...: each update is applied and taken back so often
cycles() {
	local i name start

	# Else most of the time would be spent waiting for a CPU that the load uses.
	# The load gets the CPU while a change waits, and in between.
	renice -n -20 $$ >/dev/null
	start=$(now_ms)
	for ((i = 0; i < CYCLES; i++)); do
		for name; do
			apply "$name" || return
		done
		for name; do
			undo "$name" || return
		done
		pause 0.1
	done
	note "$CYCLES cycles of $* took $(($(now_ms) - start)) ms"
}

# How often each kind of load ran, whatever its result
check_load() {
	local rounds what

	while read -r rounds what; do
		note "$rounds $what"
		[ "$rounds" -gt 0 ] || fail "none of the load was there: $what"
	done <"$WORK/rounds"
	rm "$WORK/rounds"
}

check_calls() {
	local mixed

	put 0 "$TARGET/chain_threads"
	read -r _ _ _ _ _ mixed <"$TARGET/chain_counts"
	note "$(cat "$TARGET/chain_counts")"
	[ "$mixed" -eq 0 ] || fail "$mixed calls saw old and new code"
	expect 111 "$TARGET/chain"
}

cpus_come_and_go() {
	[ -w "$CPU1" ] || { skip "there is no CPU to take away"; return; }
	load chain || return
	put 4 "$TARGET/chain_threads"
	touch "$WORK/go"
	in_background hotplug
	cycles chain
	stop_load
	check_load
	check_calls
}

everything() {
	load chain && load sleep || return
	put 60000 "$U/timeout_ms"
	put 60000 "$SYSFS/sleep/timeout_ms"
	put 4 "$TARGET/chain_threads"
	start_load
	cycles chain sleep
	stop_load
	check_load
	check_calls
}

need_updates chain sleep
run_tests cpus_come_and_go everything

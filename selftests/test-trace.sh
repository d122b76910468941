#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# The tracepoints show what an update does.

# shellcheck source-path=SCRIPTDIR source=functions.sh
. "$(dirname "$0")/functions.sh"

U=$SYSFS/sleep

# traced EVENT TEXT: the trace has such a line
traced() {
	grep -qE " ksplice_$1: update=sleep $2" "$TRACING/trace" ||
		fail "no $1 '$2' in the trace: $(grep -v '^#' "$TRACING/trace" | head -n 20)"
}

# times EVENT N: the trace has N of these
times() {
	local n

	n=$(grep -c " ksplice_$1: " "$TRACING/trace")
	[ "$n" -eq "$2" ] || fail "$n times $1, expected $2"
}

change() {
	load sleep || return
	trace_on
	apply sleep || return
	times window 1
	traced window apply
	traced check 'all checked=[1-9][0-9]* ran=[0-9]+ conflicts=0'
	times conflict 0
	times stop 1
	traced stop "rechecked=$(cat "$U/rechecked_tasks") conflicts=0.* ret=0"
	traced stop ".* pause_ns=$(cat "$U/pause_ns") "
	times 'done' 1
	traced 'done' "apply attempts=$(cat "$U/attempts") stops=1 ret=0"
	echo >"$TRACING/trace"
	undo sleep || return
	traced window reverse
	traced 'done' 'reverse attempts=[1-9][0-9]* stops=1 ret=0'
}

conflict() {
	local at pid

	load sleep || return
	start_reader sleep_killable "$WORK/out"
	pid=$!
	put 500 "$U/timeout_ms"
	trace_on
	refused 1 "$U/enabled" "$BUSY"
	traced check 'all checked=[1-9][0-9]* ran=[0-9]+ conflicts=1'
	traced check 'some checked=[1-9][0-9]* ran=[0-9]+ conflicts=1'
	at="test_sleep_killable_show\+0x[0-9a-f]+/0x[0-9a-f]+${MARK:+ .*}"
	traced conflict "pid=$pid comm=cat at=$at\$"
	times nudge 0
	times stop 0
	traced 'done' "apply attempts=$(cat "$U/attempts") stops=0 ret=-16"
}

nudge() {
	load sleep || return
	start_reader sleep_interruptible "$WORK/out"
	trace_on
	apply sleep || return
	traced nudge "pid=$!"
	times stop 1
}

need_updates sleep
run_tests change conflict nudge

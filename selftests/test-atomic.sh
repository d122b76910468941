#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Three functions that call one another are replaced and put back, over and
# over, while threads call them: each call is wholly old or wholly new.
#
# CYCLES (or KSPL_CYCLES), THREADS: how often, and how many call (1000 and 4; a kernel with
# checkers takes a tenth of the cycles)

# shellcheck source-path=SCRIPTDIR source=functions.sh
. "$(dirname "$0")/functions.sh"

U=$SYSFS/chain
PREEMPT=/sys/kernel/debug/sched/preempt
THREADS=${THREADS:-4}
if slow_kernel; then
	CYCLES=${CYCLES:-${KSPL_CYCLES:-100}}
else
	CYCLES=${CYCLES:-${KSPL_CYCLES:-1000}}
fi

# cycles N: with the figures of all changes
cycles() {
	local i v ns tries max=0 sum=0 most=0 total=0 start old new mixed

	load chain || return
	put "$THREADS" "$TARGET/chain_threads" || return
	# Else most of the time would be spent waiting for a CPU that the callers use.
	renice -n -20 $$ >/dev/null
	start=$(now_ms)
	for ((i = 0; i < 2 * $1; i++)); do
		v=$((1 - i % 2))
		echo $v >"$U/enabled" || {
			fail "change $i: $(cat "$U/abort_cause"): $(cat "$U/conflicts")"
			renice -n 0 $$ >/dev/null
			return
		}
		read -r ns <"$U/pause_ns"
		read -r tries <"$U/attempts"
		((sum += ns, total += tries))
		((ns > max)) && max=$ns
		((tries > most)) && most=$tries
		# Both old and new code must get calls.
		((i % 50)) || sleep 0.02
	done
	note "$1 cycles in $(($(now_ms) - start)) ms; a stop took" \
		"$((sum / (2 * $1))) ns on average, $max ns at most;" \
		"$total attempts for $((2 * $1)) changes, $most at most;" \
		"$(cat "$U/checked_tasks") threads checked, scanned $(cat "$U/scanned_tasks")"
	renice -n 0 $$ >/dev/null
	put 0 "$TARGET/chain_threads"
	read -r _ old _ new _ mixed <"$TARGET/chain_counts"
	note "calls: $old old, $new new, $mixed mixed"
	[ "$mixed" -eq 0 ] || fail "$mixed calls saw old and new code"
	[ "$old" -gt 0 ] || fail "no call saw the old code"
	[ "$new" -gt 0 ] || fail "no call saw the new code"
	expect_state chain reversed 0
	expect 111 "$TARGET/chain"
}

all_or_nothing() {
	cycles "$CYCLES"
}

# Threads are preempted anywhere, not just where they give way.
all_or_nothing_preempted() {
	local was

	[ -w "$PREEMPT" ] || { skip "no PREEMPT_DYNAMIC"; return; }
	was=$(sed 's/.*(\(.*\)).*/\1/' "$PREEMPT")
	echo full >"$PREEMPT"
	cycles $(((CYCLES + 9) / 10))
	echo "$was" >"$PREEMPT"
}

# Processes that only call it see the new code from some moment on, and the old
# code again from another moment on.
system_call() {
	local pid n

	n=$(nproc)
	load syscall || return
	"$HELPER" hammer "$n" >"$WORK/hammer" &
	pid=$!
	sleep 1
	apply syscall && sleep 1 && undo syscall && sleep 1
	kill $pid
	wait $pid
	sed 's/^/# /' "$WORK/hammer"
	[ "$(grep -cE '^old [1-9].* new [1-9].* other 0 changes 2$' "$WORK/hammer")" -eq "$n" ] ||
		fail "not all of $n processes saw old, new, old"
}

need_updates chain
run_tests all_or_nothing all_or_nothing_preempted system_call

#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Others who change code at run time: the function tracer, kprobes, livepatch.

# shellcheck source-path=SCRIPTDIR source=functions.sh
. "$(dirname "$0")/functions.sh"

U=$SYSFS/chain

# Calls of test_chain_a that the tracer saw during one reading of the file.
traced() {
	echo >"$TRACING/trace"
	cat "$TARGET/chain" >/dev/null
	grep -c "test_chain_a.*<-" "$TRACING/trace"
}

trace_chain() {
	TRACED=1
	put test_chain_a "$TRACING/set_ftrace_filter"
	put function "$TRACING/current_tracer"
}

untrace() {
	echo nop >"$TRACING/current_tracer"
	echo >"$TRACING/set_ftrace_filter"
}

have_tracer() {
	grep -qsw function "$TRACING/available_tracers" && return 0
	skip "no function tracer"
	return 1
}

# The old function is entered before the jump: a tracer that is on sees it.
tracer_on_before() {
	have_tracer || return
	trace_chain
	[ "$(traced)" -eq 1 ] || fail "not traced at all"
	load chain && apply chain || return
	expect 222 "$TARGET/chain"
	[ "$(traced)" -ge 1 ] || fail "not traced any more"
	untrace
	expect 222 "$TARGET/chain"
	trace_chain
	[ "$(traced)" -ge 1 ] || fail "not traced again"
	expect 222 "$TARGET/chain"
	undo chain || return
	[ "$(traced)" -eq 1 ] || fail "not traced after undo"
	untrace
	expect 111 "$TARGET/chain"
}

# The jump needs no ftrace.
ftrace_off() {
	local knob=/proc/sys/kernel/ftrace_enabled

	[ -w $knob ] || { skip "no dynamic ftrace"; return; }
	put 0 $knob
	load chain && apply chain && expect 222 "$TARGET/chain"
	put 1 $knob
	expect 222 "$TARGET/chain"
	put 0 $knob
	undo chain && expect 111 "$TARGET/chain"
	put 1 $knob
}

tracer_on_while_applied() {
	have_tracer || return
	load chain && apply chain || return
	# Both functions have the name, both are on the way.
	trace_chain
	[ "$(traced)" -eq 2 ] || fail "$(traced) functions were traced, not two"
	expect 222 "$TARGET/chain"
	undo chain || return
	[ "$(traced)" -eq 1 ] || fail "$(traced) functions were traced, not one"
	unload chain || return
	[ "$(traced)" -eq 1 ] || fail "not traced after unload"
	untrace
	expect 111 "$TARGET/chain"
	load chain && apply chain || return
	expect 222 "$TARGET/chain"
}

# The graph tracer replaces return addresses on the stack.
graph_tracer() {
	grep -qsw function_graph "$TRACING/available_tracers" ||
		{ skip "no function graph tracer"; return; }
	TRACED=1
	load sleep || return
	echo test_sleep_killable_show >"$TRACING/set_ftrace_filter"
	echo function_graph >"$TRACING/current_tracer"
	start_reader sleep_killable "$WORK/out"
	put 500 "$SYSFS/sleep/timeout_ms"
	refused 1 "$SYSFS/sleep/enabled" "$BUSY"
	grep -q "^$! cat test_sleep_killable_show" "$SYSFS/sleep/conflicts" ||
		fail "conflicts: $(cat "$SYSFS/sleep/conflicts")"
	open_gate
	apply sleep || return
	start_reader sleep_killable "$WORK/out"
	refused 0 "$SYSFS/sleep/enabled" "$BUSY"
	open_gate
	undo sleep
	untrace
}

kprobe() {
	TRACED=1
	echo "$1" >>"$TRACING/kprobe_events"
}

kprobe_on() {
	echo "$2" >"$TRACING/events/kprobes/$1/enable" || fail "enabling $1"
}

hits() {
	echo >"$TRACING/trace"
	cat "$TARGET/chain" >/dev/null
	grep -c "$1:" "$TRACING/trace"
}

have_kprobes() {
	[ -w "$TRACING/kprobe_events" ] && return 0
	skip "no kprobe events"
	return 1
}

# Where the jump goes: behind the endbr (in either form) and the call.
jump_offset() {
	case $(sed -n 's/^test_chain_a //p' "$TARGET/entries") in
	"f3 0f 1e fa"* | "66 0f 1f 00"*) echo 9 ;;
	*) echo 5 ;;
	esac
}

# The address, as there are two functions of the name while the update is loaded.
chain_address() {
	local addr

	addr=$(awk -v mark="$MARK" '$3 == "test_chain_a" && $4 == mark { print $1 }' /proc/kallsyms)
	printf '0x%x' $((0x$addr + $1))
}

# A probe at the entry is the function tracer's, the jump doesn't touch it.
kprobe_at_entry() {
	have_kprobes || return
	kprobe "p:entry test_chain_a" && kprobe_on entry 1
	[ "$(hits entry)" -eq 1 ] || fail "no hit"
	load chain && apply chain || return
	expect 222 "$TARGET/chain"
	[ "$(hits entry)" -ge 1 ] || fail "no hit while the update is applied"
	kprobe_on entry 0
	expect 222 "$TARGET/chain"
	kprobe_on entry 1
	[ "$(hits entry)" -ge 1 ] || fail "no hit when the probe is on again"
	undo chain || return
	expect 111 "$TARGET/chain"
	[ "$(hits entry)" -eq 1 ] || fail "no hit after undo"
}

kretprobe() {
	have_kprobes || return
	kprobe "r:leave test_chain_a" && kprobe_on leave 1
	[ "$(hits leave)" -eq 1 ] || fail "no hit"
	load chain && apply chain || return
	expect 222 "$TARGET/chain"
	[ "$(hits leave)" -ge 1 ] || fail "no hit while the update is applied"
	undo chain || return
	expect 111 "$TARGET/chain"
	[ "$(hits leave)" -eq 1 ] || fail "no hit after undo"
}

# Return addresses on a sleeper's stack are the kretprobe's.
kretprobe_and_sleeper() {
	have_kprobes || return
	kprobe "r:leave test_sleep_killable_show" && kprobe_on leave 1
	load sleep || return
	start_reader sleep_killable "$WORK/out"
	put 500 "$SYSFS/sleep/timeout_ms"
	refused 1 "$SYSFS/sleep/enabled" "$BUSY"
	grep -q "^$! cat test_sleep_killable_show" "$SYSFS/sleep/conflicts" ||
		fail "conflicts: $(cat "$SYSFS/sleep/conflicts")"
	open_gate
	apply sleep || return
	start_reader sleep_killable "$WORK/out"
	refused 0 "$SYSFS/sleep/enabled" "$BUSY"
	open_gate
	undo sleep
}

# Callers lose the CPU in test_chain_c.  Their return address into test_chain_b is
# not on their stacks then, but in the records of the probe or the tracer.
cycles_with_callers() {
	local i old new mixed

	load chain || return
	put 4 "$TARGET/chain_threads"
	for ((i = 0; i < 10; i++)); do
		apply chain || break
		sleep 0.01
		undo chain || break
	done
	put 0 "$TARGET/chain_threads"
	read -r _ old _ new _ mixed <"$TARGET/chain_counts"
	note "$i cycles; calls: $old old, $new new, $mixed mixed;" \
		"scanned $(cat "$U/scanned_tasks") of $(cat "$U/checked_tasks")"
	[ "$mixed" -eq 0 ] || fail "$mixed calls saw old and new code"
}

kretprobe_and_callers() {
	have_kprobes || return
	kprobe "r:leave test_chain_c" && kprobe_on leave 1
	echo 0 >"$TRACING/tracing_on"
	cycles_with_callers
	echo 1 >"$TRACING/tracing_on"
}

kretprobe_and_callers_scanned() {
	[ -w "$FORCE" ] || { skip "no $FORCE"; return; }
	echo 1 >"$FORCE"
	kretprobe_and_callers
}

graph_tracer_and_callers() {
	grep -qsw function_graph "$TRACING/available_tracers" ||
		{ skip "no function graph tracer"; return; }
	TRACED=1
	echo 'test_chain_*' >"$TRACING/set_ftrace_filter"
	echo function_graph >"$TRACING/current_tracer"
	echo 0 >"$TRACING/tracing_on"
	cycles_with_callers
	echo 1 >"$TRACING/tracing_on"
}

graph_tracer_and_callers_scanned() {
	[ -w "$FORCE" ] || { skip "no $FORCE"; return; }
	echo 1 >"$FORCE"
	graph_tracer_and_callers
}

# A thread spends most of its time where the unwinder fails. The kernel would warn of
# that, but only once: had it done so before, another test would have failed.
graph_tracer_way_back() {
	local ko=$DIR/test_modules/test_ksplice_lost.ko at i

	at=$(awk '$3 == "return_to_handler" { print $1 }' /proc/kallsyms)
	{ [ -f "$ko" ] && [ "$at" ]; } || { skip "no function graph tracer"; return; }
	! have_kasan ||
		{ skip "a kernel with KASAN gets lost there by itself"; return; }
	! grep -qw ibt /proc/cpuinfo ||
		{ skip "with IBT nobody gets there by a call"; return; }
	load chain || return
	insmod "$ko" "addr=0x$at" || { fail "insmod $ko"; return; }
	for ((i = 0; i < 5; i++)); do
		apply chain || break
		undo chain || break
	done
	rmmod test_ksplice_lost || fail "rmmod test_ksplice_lost"
}

# On the bytes that the jump is written to: refused, and the probe lives on.
kprobe_in_the_way() {
	local at before

	have_kprobes || return
	at=$(jump_offset)
	load chain || return
	# This does not test a breakpoint that becomes a jump meanwhile.
	echo 0 >/proc/sys/debug/kprobes-optimization
	kprobe "p:body $(chain_address "$at")" || { fail "no probe at +$at"; return; }
	kprobe_on body 1
	[ "$(hits body)" -eq 1 ] || fail "no hit"
	before=$(cat "$TARGET/entries")
	! { echo 1 >"$U/enabled"; } 2>/dev/null || fail "applied over a kprobe"
	expect_state chain ready 0 text_reserved
	expect 111 "$TARGET/chain"
	expect "$before" "$TARGET/entries"
	dmesg_since | grep -q "ksplice: .*test_chain_a" ||
		fail "the log doesn't name the function: $(dmesg_since | tail -n 3)"
	dmesg_since | grep -qi "ksplice: .*probe" ||
		fail "the log doesn't name the kprobe: $(dmesg_since | tail -n 3)"
	[ "$(hits body)" -eq 1 ] || fail "the probe is dead"
	kprobe_on body 0
	echo >"$TRACING/kprobe_events"
	apply chain || return
	expect 222 "$TARGET/chain"
}

# The same, but the probe is there when the update is loaded; right after a
# probe was set it may be about to become a jump itself.
kprobe_before_load() {
	local at

	have_kprobes || return
	at=$(jump_offset)
	kprobe "p:body $(chain_address "$at")" || { fail "no probe at +$at"; return; }
	kprobe_on body 1
	load chain || return
	unload chain || return
	sleep 1
	load chain || return
	! { echo 1 >"$U/enabled"; } 2>/dev/null || fail "applied over a kprobe"
	expect_state chain ready 0 text_reserved
	[ "$(hits body)" -eq 1 ] || fail "the probe is dead"
	kprobe_on body 0
	echo >"$TRACING/kprobe_events"
	apply chain || return
	expect 222 "$TARGET/chain"
	undo chain || return
	expect 111 "$TARGET/chain"
}

# Either a probe on the jump is refused, or taking the update back is.
kprobe_on_the_jump() {
	local at

	have_kprobes || return
	at=$(jump_offset)
	load chain && apply chain || return
	if kprobe "p:body $(chain_address "$at")" 2>/dev/null &&
	   { echo 1 >"$TRACING/events/kprobes/body/enable"; } 2>/dev/null; then
		expect 222 "$TARGET/chain"
		# Its code is still seen as it was.
		load sleep && unload sleep
		! { echo 0 >"$U/enabled"; } 2>/dev/null ||
			fail "undone under a kprobe"
		expect applied "$U/state"
		note "a kprobe on the jump is possible; undo: $(cat "$U/abort_cause")"
		kprobe_on body 0
		echo >"$TRACING/kprobe_events"
	else
		note "a kprobe on the jump is refused"
	fi 2>/dev/null
	expect 222 "$TARGET/chain"
	undo chain || return
	expect 111 "$TARGET/chain"
}

# A probe behind the jump is allowed, but never hit.
kprobe_in_the_old_body() {
	local at

	have_kprobes || return
	for at in 14 15 16 17 18 19 20 21 22 23 24; do
		kprobe "p:late test_chain_a+$at" 2>/dev/null && break
	done
	kprobe_on late 1
	[ "$(hits late)" -eq 1 ] || fail "no hit"
	load chain && apply chain || return
	expect 222 "$TARGET/chain"
	[ "$(hits late)" -eq 0 ] || fail "the old body runs"
	undo chain || return
	[ "$(hits late)" -eq 1 ] || fail "no hit after undo"
	expect 111 "$TARGET/chain"
}

# probed_at MARK: an address in test_fill, of the kernel or of the update
probed_at() {
	awk -v mark="$1" '$3 == "test_fill" && $4 == mark { print $1 }' /proc/kallsyms
}

optimized() {
	grep -qE "^0*$1 .*\[OPTIMIZED\]" /sys/kernel/debug/kprobes/list
}

no_optprobe() {
	[ ! -d "$TRACING/events/kprobes/fill" ] || kprobe_on fill 0
	echo >"$TRACING/kprobe_events"
}

# optprobe MARK: an optimised probe on the instruction that takes so long; false if
# there is none
optprobe() {
	local addr

	# Under a probe it can't be seen any more.
	: "${FILL_AT:=$(cat "$TARGET/fill_at" 2>/dev/null)}"
	[ "$FILL_AT" ] || { skip "no such instruction"; return 1; }
	addr=$(probed_at "$1")
	[ "$addr" ] || { fail "no test_fill"; return 1; }
	addr=$(printf '%x' $((0x$addr + FILL_AT)))
	no_optprobe
	kprobe "p:fill 0x$addr" && kprobe_on fill 1
	loop_until optimized "$addr" && return 0
	skip "the probe is not optimised"
	return 1
}

# fill_busy VALUE: the thread stays inside, which is seen each time
fill_busy() {
	put 1000 "$SYSFS/fill/timeout_ms"
	refused "$1" "$SYSFS/fill/enabled" "$BUSY" || return
	expect code_busy "$SYSFS/fill/abort_cause"
	grep -qE "^[0-9]+ ksplice_fill test_fill( |$)" "$SYSFS/fill/conflicts" ||
		fail "conflicts: $(cat "$SYSFS/fill/conflicts")"
	put 15000 "$SYSFS/fill/timeout_ms"
}

# The probe makes the function jump to a copy of the instruction, which jumps back.
# Nothing on the stack of a thread that was preempted in the copy shows that.
optprobe_detour() {
	local preempt=/sys/kernel/debug/sched/preempt i

	have_kprobes || return
	{ grep -qs full $preempt && echo full >$preempt; } 2>/dev/null ||
		{ skip "no preempt=full"; return; }
	CLEANUP=optprobe_cleanup
	optprobe "$MARK" || return
	load fill || return
	put 1 "$TARGET/fill" || return
	for i in 1 2 3; do
		fill_busy 1 || break
	done
	expect_state fill ready 0 code_busy
	put 0 "$TARGET/fill"
	expect 1 "$TARGET/fill"
	apply fill || return
	optprobe "[ksplice_fill]" || return
	put 1 "$TARGET/fill"
	for i in 1 2 3; do
		fill_busy 0 || break
	done
	expect_state fill applied 1 code_busy
	put 0 "$TARGET/fill"
	expect 2 "$TARGET/fill"
	no_optprobe
	undo fill
}

# A probe on another function: a thread in its detour is not in the way.
optprobe_detour_elsewhere() {
	local preempt=/sys/kernel/debug/sched/preempt

	have_kprobes || return
	{ grep -qs full $preempt && echo full >$preempt; } 2>/dev/null ||
		{ skip "no preempt=full"; return; }
	CLEANUP=optprobe_cleanup
	optprobe "$MARK" || return
	load chain || return
	put 1 "$TARGET/fill" || return
	apply chain && undo chain
	put 0 "$TARGET/fill"
}

optprobe_cleanup() {
	echo voluntary >/sys/kernel/debug/sched/preempt
	CLEANUP=
}

probe_again_and_again() {
	while [ ! -e "$WORK/stop" ]; do
		echo "p:race $1" >"$TRACING/kprobe_events"
		echo 1 >"$TRACING/events/kprobes/race/enable"
		echo 0 >"$TRACING/events/kprobes/race/enable"
		echo >"$TRACING/kprobe_events"
	done 2>/dev/null
}

# Probe and update come at once: the second one is refused.  There must never be a
# breakpoint with a wrong saved byte, nor half a jump.
kprobes_come_while_it_is_applied() {
	local before i n=40

	have_kprobes || return
	TRACED=1
	slow_kernel && n=10
	before=$(cat "$TARGET/entries")
	load chain || return
	probe_again_and_again "$(chain_address "$(jump_offset)")" &
	for ((i = 0; i < n; i++)); do
		{ echo 1 >"$U/enabled"; } 2>/dev/null && expect 222 "$TARGET/chain"
		{ echo 0 >"$U/enabled"; } 2>/dev/null && expect 111 "$TARGET/chain"
	done
	touch "$WORK/stop"
	wait
	rm "$WORK/stop"
	[ "$(cat "$U/enabled")" = 0 ] || undo chain
	expect "$before" "$TARGET/entries"
	expect 111 "$TARGET/chain"
	apply chain && expect 222 "$TARGET/chain"
}

# Calls to a livepatched function don't reach the jump.
livepatch_of_the_function() {
	local ko=$DIR/test_modules/test_ksplice_livepatch.ko

	[ -f "$ko" ] || { skip "no livepatch module"; return; }
	load chain || return
	insmod "$ko" || { fail "insmod ${ko##*/}"; return; }
	loop_until grep -qx 0 "$LIVEPATCH/transition" || fail "livepatch hangs"
	expect 911 "$TARGET/chain"
	! { echo 1 >"$U/enabled"; } 2>/dev/null || fail "applied under a livepatch"
	note "refused: $(cat "$U/abort_cause"): $(dmesg_since | grep ksplice: | tail -n 1)"
	expect ready "$U/state"
	expect 911 "$TARGET/chain"
	remove_livepatch
	expect 111 "$TARGET/chain"
	apply chain || return
	expect 222 "$TARGET/chain"
}

# While a thread is in it, a disabled livepatch still redirects.
livepatch_on_its_way_out() {
	local ko=$DIR/test_modules/test_ksplice_livepatch.ko
	local knobs=/sys/module/test_ksplice_livepatch/parameters

	[ -f "$ko" ] || { skip "no livepatch module"; return; }
	load chain || return
	insmod "$ko" hold=1 || { fail "insmod ${ko##*/}"; return; }
	loop_until grep -qx 0 "$LIVEPATCH/transition" || fail "livepatch hangs"
	cat "$TARGET/sleep_killable" >"$WORK/out" &
	READERS+=($!)
	loop_until grep -qx 1 "$knobs/held" || fail "nobody is in the livepatch"
	put 0 "$LIVEPATCH/enabled"
	expect 1 "$LIVEPATCH/transition"
	expect 0 "$LIVEPATCH/enabled"
	refused 1 "$U/enabled" "$BUSY"
	expect livepatched "$U/abort_cause"
	says "cannot replace test_chain_a: livepatch test_ksplice_livepatch redirects it"
	echo 0 >"$knobs/hold"
	wait
	loop_until livepatch_gone || fail "the livepatch does not go"
	rmmod test_ksplice_livepatch || fail "rmmod test_ksplice_livepatch"
	apply chain && expect 222 "$TARGET/chain"
}

# A livepatch that is enabled later would take the function over.
livepatch_of_a_replaced_function() {
	local ko=$DIR/test_modules/test_ksplice_livepatch.ko

	[ -f "$ko" ] || { skip "no livepatch module"; return; }
	! stock_kernel || { skip "livepatch knows nothing of hot updates"; return; }
	load chain && apply chain || return
	! insmod "$ko" 2>/dev/null || fail "livepatched what is replaced"
	dmesg_since | grep -q "'test_chain_a' is replaced by a hot update" ||
		fail "the log has no reason: $(dmesg_since | tail -n 3)"
	expect 222 "$TARGET/chain"
	undo chain || return
	insmod "$ko" || { fail "insmod ${ko##*/}"; return; }
	loop_until grep -qx 0 "$LIVEPATCH/transition" || fail "livepatch hangs"
	expect 911 "$TARGET/chain"
}

# A stock kernel lets a livepatch take over what an update replaces.  An update on top
# of that one would have no effect.
livepatch_below_an_update_on_top() {
	local base=module_and_vmlinux ko=$DIR/test_modules/test_ksplice_livepatch.ko

	[ -f "$ko" ] || { skip "no livepatch module"; return; }
	stock_kernel || { skip "livepatch leaves replaced functions alone"; return; }
	modprobe test_ksplice_mod || { fail "modprobe test_ksplice_mod"; return; }
	load $base && apply $base && load third || return
	insmod "$ko" || { fail "insmod ${ko##*/}"; return; }
	loop_until grep -qx 0 "$LIVEPATCH/transition" || fail "livepatch hangs"
	expect 911 "$TARGET/chain"
	! { echo 1 >"$SYSFS/third/enabled"; } 2>/dev/null || fail "applied under a livepatch"
	expect livepatched "$SYSFS/third/abort_cause"
	remove_livepatch
	expect 222 "$TARGET/chain"
	apply third || return
	expect 333 "$TARGET/chain"
}

# direct_on MARK: a trampoline as BPF makes for fexit, on the function that is
# marked so ("" is the kernel)
direct_on() {
	local slot

	slot=$(awk -v mark="$1" '$2 == "test_called" && $3 == mark { print $1 }' \
		"$TRACING/available_filter_functions_addrs")
	insmod "$DIR/test_modules/test_ksplice_direct.ko" "slot=0x$slot" && return 0
	fail "insmod test_ksplice_direct.ko slot=0x$slot"
	return 1
}

direct_off() {
	rmmod test_ksplice_direct || fail "rmmod test_ksplice_direct"
}

have_direct() {
	[ -f "$DIR/test_modules/test_ksplice_direct.ko" ] &&
		[ -r "$TRACING/available_filter_functions_addrs" ] && return 0
	skip "no direct trampolines"
	return 1
}

# calls GENERATION TRAMPOLINES: what 100,000 calls returned in all
calls() {
	local sum=$((4999950000 + 100000 * $1 + 100000 * 1000000 * $2))
	local got

	read -r _ _ _ _ _ got <"$TARGET/calls"
	[ "$got" -eq $((sum & 0xffffffff)) ] ||
		fail "calls: $got, expected generation $1 and $2 trampolines"
}

# The trampoline enters the old function where the jump stands.
fexit_on_the_old_function() {
	have_direct || return
	load calls || return
	calls 1 0
	direct_on "$MARK" || return
	calls 1 1
	apply calls || return
	calls 2 1
	direct_off
	calls 2 0
	direct_on "$MARK" || return
	calls 2 1
	undo calls || return
	calls 1 1
	direct_off
	calls 1 0
}

fexit_on_the_new_function() {
	have_direct || return
	load calls || return
	direct_on "[ksplice_calls]" || return
	calls 1 0
	apply calls || return
	calls 2 1
	undo calls || return
	calls 1 0
	apply calls || return
	direct_off
	calls 2 0
	undo calls
}

# A BPF program of that type sees every call of the old function, whichever
# code runs.
bpf() {
	bpf_on "$1" test_chain_a || return
	expect 111 "$TARGET/chain"
	load chain && apply chain || return
	expect 222 "$TARGET/chain"
	bpf_off 2
	bpf_on "$1" test_chain_a || return
	expect 222 "$TARGET/chain"
	undo chain || return
	expect 111 "$TARGET/chain"
	bpf_off 2
	expect 111 "$TARGET/chain"
}

bpf_kprobe() {
	bpf kprobe
}

bpf_kretprobe() {
	bpf kretprobe
}

bpf_fentry() {
	bpf fentry
}

bpf_fexit() {
	bpf fexit
}

perf_record() {
	local i

	command -v perf >/dev/null || { skip "no perf"; return; }
	load chain || return
	put 2 "$TARGET/chain_threads"
	perf record -q -a -o "$WORK/perf.data" -- sleep 2 &
	for ((i = 0; i < 5; i++)); do
		apply chain || break
		undo chain || break
	done
	put 0 "$TARGET/chain_threads"
	wait $! || fail "perf record ended with $?"
	grep -q "mixed 0" "$TARGET/chain_counts" ||
		fail "$(cat "$TARGET/chain_counts")"
}

need_updates chain sleep fill
run_tests \
	tracer_on_before \
	ftrace_off \
	tracer_on_while_applied \
	graph_tracer \
	kprobe_at_entry \
	kretprobe \
	kretprobe_and_sleeper \
	kretprobe_and_callers \
	kretprobe_and_callers_scanned \
	graph_tracer_and_callers \
	graph_tracer_and_callers_scanned \
	graph_tracer_way_back \
	kprobe_in_the_way \
	kprobe_before_load \
	kprobe_on_the_jump \
	kprobe_in_the_old_body \
	optprobe_detour \
	optprobe_detour_elsewhere \
	kprobes_come_while_it_is_applied \
	livepatch_of_the_function \
	livepatch_on_its_way_out \
	livepatch_of_a_replaced_function \
	livepatch_below_an_update_on_top \
	fexit_on_the_old_function \
	fexit_on_the_new_function \
	bpf_kprobe \
	bpf_kretprobe \
	bpf_fentry \
	bpf_fexit \
	perf_record

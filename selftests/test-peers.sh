#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# All users of a function's entry, one after the other, attached before the update
# and after it: whose code runs, what they see, and what is refused.  The lines
# "peer" are a table of that; for comparison, the same with a livepatch instead of
# the update.

# shellcheck source-path=SCRIPTDIR source=functions.sh
. "$(dirname "$0")/functions.sh"

FUNC=test_peer
PEER_KO=$DIR/test_modules/test_ksplice_peer.ko
LIVEPATCH_KO=$DIR/test_modules/test_ksplice_livepatch.ko
FAIL_FUNCTION=/sys/kernel/debug/fail_function
CLEANUP=peer_cleanup
ENTRY=

# What the function returns: in old code, new code, a livepatch, or overridden
OLD=11
NEW=12
PATCHED=910
INSTEAD=-5

result() {
	cat "$TARGET/peer"
}

# Whose that is
body() {
	case $1 in
	"$OLD") echo old ;;
	"$NEW") echo new ;;
	"$PATCHED") echo livepatch ;;
	"$INSTEAD") echo none ;;
	*) echo "$1" ;;
	esac
}

# Sets ENTRY, once: the kernel takes its time to list its symbols
find_entry() {
	[ ! "$ENTRY" ] || return 0
	ENTRY=$(awk -v mark="$MARK" -v name="$FUNC" \
		'$3 == name && $4 == mark { print "0x" $1 }' /proc/kallsyms)
}

# Each peer: on, off and the calls that it has seen.  "on" fails if it is refused,
# and with 4 if the kernel has no such thing.

module_on() {
	find_entry
	insmod "$PEER_KO" "kind=$1" "addr=$ENTRY" 2>"$WORK/refused"
}

module_off() {
	SEEN=$(cat /sys/module/test_ksplice_peer/parameters/hits)
	rmmod test_ksplice_peer
}

livepatch_on() {
	[ -f "$LIVEPATCH_KO" ] || return 4
	insmod "$LIVEPATCH_KO" peer=1 2>"$WORK/refused" || return 1
	loop_until grep -qx 0 "$LIVEPATCH/transition" || fail "the livepatch hangs"
}

livepatch_off() {
	SEEN=-
	remove_livepatch
}

fail_function_on() {
	[ -w "$FAIL_FUNCTION/inject" ] || return 4
	{ echo "$FUNC" >"$FAIL_FUNCTION/inject"; } 2>"$WORK/refused" || return 1
	printf '%#x' "$INSTEAD" >"$FAIL_FUNCTION/$FUNC/retval"
	echo N >"$FAIL_FUNCTION/task-filter"
	echo 0 >"$FAIL_FUNCTION/verbose"
	echo 100 >"$FAIL_FUNCTION/probability"
	echo 1000 >"$FAIL_FUNCTION/times"
}

fail_function_off() {
	SEEN=$((1000 - $(cat "$FAIL_FUNCTION/times")))
	echo >"$FAIL_FUNCTION/inject"
}

bpf_peer_on() {
	bpf_on "$1" "$FUNC"
	[ ! "${test_skipped:-}" ] || return 4
}

bpf_peer_off() {
	exec {BPF_IN}>&-
	wait "$BPF"
	SEEN=$(tail -n 1 "$WORK/bpf.out")
}

tracer_on() {
	grep -qsw "$1" "$TRACING/available_tracers" || return 4
	TRACED=1
	echo "$FUNC" >"$TRACING/set_ftrace_filter"
	echo >"$TRACING/trace"
	{ echo "$1" >"$TRACING/current_tracer"; } 2>"$WORK/refused"
}

tracer_off() {
	SEEN=$(grep -c "$FUNC" "$TRACING/trace")
	echo nop >"$TRACING/current_tracer"
	echo >"$TRACING/set_ftrace_filter"
}

# peer on|off
peer() {
	case $KIND in
	livepatch | fail_function) "${KIND}_$1" ;;
	fmod_ret | fexit | fentry | override) "bpf_peer_$1" "$KIND" ;;
	function | function_graph) "tracer_$1" "$KIND" ;;
	*) "module_$1" "$KIND" ;;
	esac
}

why_refused() {
	sed 's/.*: //' "$WORK/refused" | head -n 1
}

# The change: ours, or a livepatch

change_on() {
	if [ "$1" = update ]; then
		{ echo 1 >"$SYSFS/peer/enabled"; } 2>"$WORK/refused"
	else
		livepatch_on
	fi
}

change_off() {
	if [ "$1" = update ]; then
		put 0 "$SYSFS/peer/enabled"
	else
		remove_livepatch
	fi
}

# Of a livepatch nothing is expected here.
wrong() {
	case $1 in
	livepatch*) note "$1" ;;
	*) fail "$1" ;;
	esac
}

# The peer is there first.  Sets FIRST to what then comes out, FIRST_SEEN to what the
# peer has seen of three calls.
peer_first() {
	local code=0 alone with after

	peer on || code=$?
	[ $code -eq 0 ] || return $code
	alone=$(result)
	if change_on "$1"; then
		with=$(result)
		change_off "$1"
	else
		with="refused: $(why_refused)"
		result >/dev/null
	fi
	after=$(result)
	peer off
	FIRST=$with FIRST_SEEN=$SEEN
	[ "$alone" = "$after" ] || wrong "$1, peer first: $alone before it, $after after it"
	[ "$(result)" = "$OLD" ] || wrong "$1, peer first: $(result) at last"
}

# The change is there first; then either is taken away and comes again.
change_first() {
	local with again

	SECOND="refused itself" SECOND_SEEN=-
	change_on "$1" || { wrong "$1: $(why_refused)"; return; }
	if ! peer on; then
		SECOND="refused: $(why_refused)" SECOND_SEEN=-
		change_off "$1"
		return
	fi
	with=$(result)
	SECOND=$with
	peer off
	[ "$1" != update ] || expect $NEW "$TARGET/peer"
	peer on || wrong "$1: the peer does not come again"
	again=$(result)
	[ "$again" = "$with" ] || wrong "$1: $with, and $again when the peer comes again"
	# With a livepatch this is another order, and may be another result.
	if [ "$1" = update ] && [ "$KIND" != livepatch ]; then
		change_off "$1" && change_on "$1"
		again=$(result)
		[ "$again" = "$with" ] || wrong "$1: $with, and $again when it comes again"
	fi
	peer off
	SECOND_SEEN=$SEEN
	change_off "$1"
	[ "$(result)" = "$OLD" ] || wrong "$1, there first: $(result) at last"
}

# measure update|livepatch
measure() {
	local code=0

	peer_first "$1" || code=$?
	[ $code -eq 0 ] || return $code
	change_first "$1"
	note "peer $LETTER $KIND, $1: there first: $(body "$FIRST"), sees $FIRST_SEEN of 3;" \
		"comes later: $(body "$SECOND"), sees $SECOND_SEEN"
}

# peers LETTER KIND WITH: what comes out with the update and the peer, in either order
peers() {
	local code=0

	LETTER=$1 KIND=$2
	load peer || return
	measure update || code=$?
	if [ $code -ne 0 ]; then
		[ $code -eq 4 ] || fail "the peer does not come: $(why_refused)"
		[ $code -ne 4 ] || skip "${test_skipped:-the kernel has no such thing}"
		return
	fi
	# shellcheck disable=SC2053 # patterns
	[[ $FIRST = $3 ]] || fail "there first: $FIRST, expected $3"
	# shellcheck disable=SC2053
	[[ $SECOND = ${4:-$3} ]] || fail "comes later: $SECOND, expected ${4:-$3}"
	[ "$FIRST_SEEN" = - ] || [ "$FIRST_SEEN" -ge 3 ] ||
		fail "there first, it sees $FIRST_SEEN of 3 calls"
	[ "$SECOND_SEEN" = - ] || [ "$SECOND_SEEN" -ge 2 ] ||
		fail "coming later, it sees $SECOND_SEEN of 2 calls"
	[ "$KIND" = livepatch ] || [ ! -f "$LIVEPATCH_KO" ] || measure livepatch || :
}

peer_cleanup() {
	rmmod test_ksplice_peer
	[ ! -w "$FAIL_FUNCTION/inject" ] || echo >"$FAIL_FUNCTION/inject"
} 2>/dev/null

# A function can't be livepatched and hot updated; a stock livepatch does not check.
livepatch() {
	local later="refused: *"

	! stock_kernel || later=$PATCHED
	peers A livepatch "refused: *" "$later"
}

# These return instead of the old or new code.
fail_function() { peers B fail_function $INSTEAD; }
bpf_override_return() { peers C override $INSTEAD; }
bpf_fmod_ret() { peers D fmod_ret $INSTEAD; }

# These look on.
kprobe_with_post_handler() { peers E kprobe_post $NEW; }
bpf_fexit() { peers F fexit $NEW; }
graph_tracer() { peers G function_graph $NEW; }
kretprobe() { peers H kretprobe $NEW; }
fprobe_with_exit_handler() { peers I fprobe_exit $NEW; }
plain_ftrace_ops() { peers J ftrace $NEW; }
bpf_fentry() { peers K fentry $NEW; }
fprobe() { peers L fprobe $NEW; }
plain_kprobe() { peers M kprobe $NEW; }
function_tracer() { peers N function $NEW; }

need_updates peer
[ -f "$PEER_KO" ] || skip_all "no test_ksplice_peer.ko"
run_tests \
	livepatch \
	fail_function \
	bpf_override_return \
	bpf_fmod_ret \
	kprobe_with_post_handler \
	bpf_fexit \
	graph_tracer \
	kretprobe \
	fprobe_with_exit_handler \
	plain_ftrace_ops \
	bpf_fentry \
	fprobe \
	plain_kprobe \
	function_tracer

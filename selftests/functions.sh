#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# What the tests share; to be sourced.
#
# A test is a shell function that was given to run_tests.  It reports each error
# with fail and goes on or returns.  After it, run_tests cleans up what it leaves
# behind (applied updates, threads, probes).

# shellcheck disable=SC2034 # used by the tests

LC_ALL=C
export LC_ALL

DIR=$(dirname "$(readlink -f "$0")")
SYSFS=/sys/kernel/ksplice
TARGET=/sys/kernel/debug/test_ksplice
MOD=/sys/kernel/debug/test_ksplice_mod
TRACING=/sys/kernel/tracing
FORCE=/sys/kernel/debug/ksplice/force_conservative
PLAIN=/sys/kernel/debug/ksplice/plain_check
KMEMLEAK=/sys/kernel/debug/kmemleak
# Which target the functions of test_ksplice belong to, and how lists of symbols
# mark them
OBJECT=vmlinux
MARK=
LIVEPATCH=/sys/kernel/livepatch/test_ksplice_livepatch

KTAP=$DIR/../kselftest/ktap_helpers.sh
[ -f "$KTAP" ] || KTAP=$DIR/kselftest/ktap_helpers.sh
[ -f "$KTAP" ] || KTAP=$DIR/ktap.sh
# shellcheck source=/dev/null
. "$KTAP"

HELPER=$DIR/ksplice-helper
BUSY="Device or resource busy"
INVALID="Invalid argument"

skip_all() {
	ktap_print_header
	ktap_skip_all "$*"
	exit "$KSFT_SKIP"
}

note() {
	echo "# $*"
}

# The place in the test follows the message.
fail() {
	test_failed=1
	echo "# FAIL: $* (${BASH_SOURCE[1]##*/}:${BASH_LINENO[0]}," \
		"from line ${BASH_LINENO[1]:-?})"
}

skip() {
	test_skipped=$*
}

# The kernel is in a state in which further tests make sense.
setup() {
	[ "$(id -u)" -eq 0 ] || skip_all "must be run as root"
	[ -d /sys/kernel/debug/tracing ] || mountpoint -q /sys/kernel/debug 2>/dev/null ||
		mount -t debugfs debugfs /sys/kernel/debug 2>/dev/null
	[ -d "$TRACING/events" ] || mount -t tracefs tracefs "$TRACING" 2>/dev/null
	[ -d "$SYSFS" ] || modprobe -q ksplice
	[ -d "$SYSFS" ] || skip_all "the kernel has no CONFIG_KSPLICE"
	[ -d "$TARGET" ] || modprobe -q test_ksplice
	[ -d "$TARGET" ] || skip_all "the kernel has no CONFIG_TEST_KSPLICE"
	if grep -q '^test_ksplice ' /proc/modules; then
		OBJECT=test_ksplice
		MARK="[$OBJECT]"
	fi
	ENTRIES=$(cat "$TARGET/entries")
	WORK=$(mktemp -d) || exit "$KSFT_FAIL"
	trap 'cleanup; rm -rf "$WORK"' EXIT
}

# need_updates NAME...: skip the script if none of them exists; a test fails if
# an update that it needs is missing
need_updates() {
	local name

	for name; do
		[ ! -f "$DIR/ksplice-$name.ko" ] || return 0
	done
	skip_all "no updates were made: see KDIR in the Makefile"
}

# The core is a module for a stock kernel, which lacks the series' changes to other
# parts of the kernel.
stock_kernel() {
	grep -q '^ksplice ' /proc/modules
}

have_kasan() {
	grep -qw kasan_report /proc/kallsyms
}

# A kernel with checkers is slow; tests do fewer rounds there.
slow_kernel() {
	[ -e /proc/lockdep_stats ] || have_kasan
}

# Is the run a short one, for continuous integration? A test then goes fewer rounds.
short_run() {
	[ "${KSPL_CYCLES:-100}" -lt 100 ]
}

# loop_until COMMAND...: up to 30 s
loop_until() {
	local i

	for ((i = 0; i < 300; i++)); do
		"$@" && return 0
		sleep 0.1
	done
	return 1
}

now_ms() {
	local t=${EPOCHREALTIME/[.,]/}

	echo $((t / 1000))
}

# put VALUE FILE: write once; report an error and fail if the kernel does
put() {
	local out

	# no child process: the time between two changes should be short
	{ echo "$1" >"$2"; } 2>"$WORK/put.$BASHPID" && return 0
	out=$(<"$WORK/put.$BASHPID")
	fail "writing $1 to $2: ${out##*: }"
	return 1
}

# refused VALUE FILE ERROR: the write must fail with that message
refused() {
	local out

	if { echo "$1" >"$2"; } 2>"$WORK/put.$BASHPID"; then
		fail "writing ${1:0:20} to $2 succeeded"
		return 1
	fi
	out=$(<"$WORK/put.$BASHPID")
	[ "${out##*: }" = "$3" ] && return 0
	fail "writing ${1:0:20} to $2: got '${out##*: }', expected '$3'"
	return 1
}

# expect VALUE FILE: the file must contain the value
expect() {
	local got

	got=$(<"$2")
	[ "$got" = "$1" ] && return 0
	fail "${2#/sys/kernel/} says '$got', expected '$1'"
	return 1
}

# state NAME STATE ENABLED [CAUSE]
expect_state() {
	expect "$2" "$SYSFS/$1/state" && expect "$3" "$SYSFS/$1/enabled" &&
		expect "$3" "$SYSFS/$1/$OBJECT/patched" &&
		expect "${4:-ok}" "$SYSFS/$1/abort_cause"
}

load() {
	insert "$DIR/ksplice-$1.ko" "$1"
}

# insert FILE.ko WHAT
insert() {
	local out

	out=$(insmod "$1" 2>&1) && return 0
	fail "insmod of $2: $out"
	dmesg_since | tail -n 5 | sed 's/^/# /'
	return 1
}

unload() {
	local out

	out=$(rmmod "ksplice_$1" 2>&1) && return 0
	fail "rmmod ksplice_$1: $out"
	return 1
}

# Reports an error with the kernel's message.
apply() {
	put 1 "$SYSFS/$1/enabled" && return 0
	note "abort_cause $(cat "$SYSFS/$1/abort_cause")"
	sed 's/^/# conflict: /' "$SYSFS/$1/conflicts"
	return 1
}

undo() {
	put 0 "$SYSFS/$1/enabled" && return 0
	note "abort_cause $(cat "$SYSFS/$1/abort_cause")"
	sed 's/^/# conflict: /' "$SYSFS/$1/conflicts"
	return 1
}

sleepers() {
	[ "$(cat "$TARGET/sleepers")" -eq "$1" ]
}

# Releases all threads that sleep in a function, and waits until they have left.
open_gate() {
	echo 1 >"$TARGET/gate"
	loop_until sleepers 0
}

# start_reader FILE OUTPUT: a process sleeps in the function; $! is its pid
start_reader() {
	local n

	n=$(cat "$TARGET/sleepers")
	cat "$TARGET/$1" >"$2" &
	READERS+=($!)
	loop_until sleepers $((n + 1)) || fail "no reader sleeps in $1"
}

# Traces what updates do, until the test's end
trace_on() {
	TRACED=1
	echo >"$TRACING/trace"
	put 1 "$TRACING/events/ksplice/enable"
}

# The kernel's log since the test began.
mark_dmesg() {
	DMESG_MARK="ksplice selftest $$ $RANDOM$RANDOM"
	echo "$DMESG_MARK" >/dev/kmsg
}

dmesg_since() {
	# Print all of it if the log has wrapped around since.
	dmesg | awk -v mark="$DMESG_MARK" '
		{ line[NR] = $0 }
		index($0, mark) { start = NR }
		END { for (i = start + 1; i <= NR; i++) print line[i] }'
}

# says PATTERN: the log must have it since the test began
says() {
	dmesg_since | grep -qE "$1" || fail "the log does not say: $1"
}

SPLATS='WARNING:|BUG:|KASAN:|UBSAN:|KFENCE:|kmemleak:|Oops|general protection'
SPLATS+='|Kernel panic|INFO: (possible|task|rcu|trying)|rcu: INFO|Call Trace'
SPLATS+='|\*\*\*|kernel BUG|------------\[ cut here|DEBUG_LOCKS_WARN'
SPLATS+='|failed to modify|ftrace is dead|refcount_t'

# On a kernel with KASAN, its own unwinding from interrupts fails in the place where
# ksplice's must not (test-coexist.sh, graph_tracer_way_back).
without_known() {
	if have_kasan; then
		grep -v 'WARNING: stack going in the wrong direction? at return_to_handler+'
	else
		cat
	fi
}

check_dmesg() {
	local log tainted

	log=$(dmesg_since | without_known | grep -E -A 3 "$SPLATS")
	if [ "$log" ]; then
		fail "the kernel complains:"
		head -n 30 <<<"$log" | sed 's/^/#   /'
	fi
	# The log may have wrapped around, but the taints of an oops (7) and
	# of a warning (9) stay.
	tainted=$(($(cat /proc/sys/kernel/tainted) & 0x280))
	[ "$tainted" -eq "$((TAINTED & 0x280))" ] ||
		fail "the kernel is tainted: a warning or an oops since the test began"
}

# A test that expects a warning calls this after it.
forget_splat() {
	mark_dmesg
	TAINTED=$(cat /proc/sys/kernel/tainted)
}

# kmemleak takes commands only if it is on.
have_kmemleak() {
	[ -w "$KMEMLEAK" ] && { echo scan=off >"$KMEMLEAK"; } 2>/dev/null
}

# Finds memory that was allocated since the boot and that nothing points to. An object
# younger than 5 s is no leak yet, nor is one that has changed since the last scan.
nothing_leaked() {
	sleep 6
	# kmemleak switches itself off if it gets no memory for its own lists.
	have_kmemleak || { skip "kmemleak is off"; return; }
	put scan "$KMEMLEAK" && put scan "$KMEMLEAK" || return
	grep -q . "$KMEMLEAK" || return 0
	fail "$(grep -c '^unreferenced' "$KMEMLEAK") leaks"
	head -n 60 "$KMEMLEAK" | sed 's/^/#   /'
}

# BPF programs

bpf_answered() {
	grep -q attached "$WORK/bpf.out" || ! kill -0 "$BPF" 2>/dev/null
}

# bpf_on TYPE FUNCTION: a BPF program counts its calls until bpf_off; false if
# the kernel can't.
bpf_on() {
	local at=("$2") code=0

	[ ! "$MARK" ] || at+=("$OBJECT")
	[ -p "$WORK/bpf" ] || mkfifo "$WORK/bpf"
	"$DIR/ksplice-bpf" "$1" "${at[@]}" <"$WORK/bpf" >"$WORK/bpf.out" 2>&1 &
	BPF=$!
	exec {BPF_IN}>"$WORK/bpf"
	loop_until bpf_answered
	! grep -q attached "$WORK/bpf.out" || return 0
	exec {BPF_IN}>&-
	wait "$BPF" || code=$?
	if [ $code -eq "$KSFT_SKIP" ]; then
		skip "$(head -n 1 "$WORK/bpf.out")"
	else
		fail "BPF $1 on $2: $(head -n 20 "$WORK/bpf.out")"
	fi
	return 1
}

# bpf_off CALLS: the program must have counted this many
bpf_off() {
	exec {BPF_IN}>&-
	wait "$BPF" || fail "ksplice-bpf ended with $?"
	[ "$(tail -n 1 "$WORK/bpf.out")" = "$1" ] ||
		fail "BPF saw '$(tail -n 1 "$WORK/bpf.out")' calls, expected $1"
}

livepatch_gone() {
	[ ! -d "$LIVEPATCH" ]
}

remove_livepatch() {
	[ -d "$LIVEPATCH" ] || return 0
	put 0 "$LIVEPATCH/enabled"
	loop_until livepatch_gone || fail "the livepatch does not go"
	rmmod test_ksplice_livepatch || fail "rmmod test_ksplice_livepatch"
}

# remove_update MODULE: takes it back, if it is applied, and unloads it
remove_update() {
	local name=${1#ksplice_} dir

	for dir in "$SYSFS"/${name//_/[_-]}/; do
		[ "$(cat "$dir/enabled" 2>/dev/null)" != 1 ] ||
			echo 0 >"$dir/enabled" || return
		# The update is marked to stay loaded for good.
		[ "$(cat "$dir/stays" "$dir/state" 2>/dev/null | paste -sd' ')" != "1 reversed" ] ||
			return 0
	done
	rmmod "$1"
}

# An update is removed after the one on top of it: newest first, in the order of
# /proc/modules, and again as long as one can be removed.  The list is read before
# any is removed: reading it while modules are unloaded would miss some.
undo_all() {
	local mod mods left='' before

	while before=$left left=''; do
		mods=$(sed -n 's/^\(ksplice_[^ ]*\) .*/\1/p' /proc/modules)
		for mod in $mods; do
			remove_update "$mod" 2>"$WORK/undo" || left+=" $mod"
		done
		[ "$left" ] || return 0
		[ "$left" != "$before" ] || break
	done
	fail "these can't be taken back or unloaded:$left; $(cat "$WORK/undo")"
}

# For tests that load the test modules
clean_modules() {
	[ ! -d "$MOD" ] || echo 1 >"$MOD/gate"
	rmmod test_ksplice_mod test_ksplice_dep
} 2>/dev/null

cleanup() {
	[ -d "$TARGET" ] || return 0
	echo 0 >"$TARGET/cold_path"
	open_gate || fail "somebody does not leave"
	echo 0 >"$TARGET/chain_threads"
	echo 0 >"$TARGET/spin"
	echo 0 >"$TARGET/fill"
	echo 0 >"$TARGET/jump_label"
	echo 0 >"$TARGET/static_call"
	[ ${#READERS[@]} -eq 0 ] || kill -KILL "${READERS[@]}" 2>/dev/null
	wait
	READERS=()
	if [ "${TRACED:-}" ]; then
		echo nop >"$TRACING/current_tracer"
		echo >"$TRACING/set_ftrace_filter"
		echo 0 >"$TRACING/events/kprobes/enable"
		echo 0 >"$TRACING/events/ksplice/enable"
		echo >"$TRACING/kprobe_events"
		echo >"$TRACING/trace"
		echo 1 >/proc/sys/debug/kprobes-optimization
		TRACED=
	fi 2>/dev/null
	[ ! -e "$FORCE" ] || echo 0 >"$FORCE"
	[ ! -e "$PLAIN" ] || echo 0 >"$PLAIN"
	remove_livepatch
	! grep -q "^test_ksplice_direct " /proc/modules || rmmod test_ksplice_direct
	! grep -q "^test_ksplice_lost " /proc/modules || rmmod test_ksplice_lost
	undo_all
	# the part that only one script knows
	[ -z "${CLEANUP:-}" ] || $CLEANUP
}

# run_tests FUNCTION...: each is one TAP line.  If ONLY in the environment has a
# list of functions, the others are left out.
run_tests() {
	local t

	# shellcheck disable=SC2086 # a list
	[ -z "${ONLY:-}" ] || set -- $ONLY
	setup
	! have_kmemleak || set -- "$@" nothing_leaked
	ktap_print_header
	ktap_set_plan $#
	for t; do
		test_failed='' test_skipped=''
		forget_splat
		$t
		cleanup
		check_dmesg
		t=${t//_/ }
		if [ "$test_failed" ]; then
			ktap_test_fail "$t"
		elif [ "$test_skipped" ]; then
			ktap_test_skip "$t: $test_skipped"
		else
			ktap_test_pass "$t"
		fi
	done
	ktap_finished
}

READERS=()

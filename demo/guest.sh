#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# The part of the demo that happens in the VM; demo.sh starts it there. Each
# command is printed as typed and then run. Each claim is checked; the first
# that does not hold ends the demo with exit code 1.

set -u
# shellcheck source=demo/story.sh
. "$KSPL_DEMO_DIR/story.sh"
section_nr=$KSPL_DEMO_SECTION
out='' code=0
clock=/sys/devices/system/clocksource/clocksource0/current_clocksource

# run COMMAND: type it, run it; its output and exit code are also $out and $code
run() {
	command_line "$1"
	eval "$1" >/run/demo.out 2>&1
	code=$?
	out=$(cat /run/demo.out)
	[ ! -s /run/demo.out ] || cat /run/demo.out
}

# run_ok COMMAND: and it must succeed
run_ok() {
	run "$1"
	[ $code -eq 0 ] || failed "that command failed with exit code $code"
}

# claim TEXT TEST...: say it if it is so
claim() {
	local text=$1

	shift
	"$@" || failed "not so: $text"
	so "$text"
}

failed() {
	printf '%s\n' "${BAD}FAILED: $*${PLAIN}"
	printf '\nThe end of the kernel log:\n'
	dmesg | tail -n 30
	exit 1
}

# shellcheck disable=SC2317 # called by claim
is() {
	[ "$out" = "$1" ]
}

# shellcheck disable=SC2317 # called by claim
gone() {
	[ ! -e "$1" ]
}

milliseconds() {
	awk -v ns="$1" 'BEGIN { printf "%.3f", ns / 1e6 }'
}

# show_figures UPDATE STATE: what sysfs tells of the last change, and what of it
# must be so
show_figures() {
	local d=/sys/kernel/ksplice/$1 checked threads pause

	run_ok "(cd $d && grep . state abort_cause pause_ns attempts *_tasks)"
	claim "$2, and nothing was in the way" \
		test "$(cat "$d/state") $(cat "$d/abort_cause")" = "$2 ok"
	checked=$(cat "$d/checked_tasks")
	threads=$(find /proc/[0-9]*/task -mindepth 1 -maxdepth 1 2>/dev/null | wc -l)
	claim "none of the $checked threads it looked at was inside that code" \
		test "$checked" -ge $((threads / 2))
	pause=$(cat "$d/pause_ns")
	if [ "$pause" -eq 0 ] && grep -q jiffies "$clock"; then
		so 'the machine stood still for less than the tick of 4 ms, all that this VM can measure'
	else
		claim "the machine stood still for $(milliseconds "$pause") ms" test "$pause" -gt 0
	fi
	[ ! "$KSPL_DEMO_EMULATED" ] ||
		note '(emulated CPUs, which the host runs one after the other when it is busy)'
}

# show_entries WHEN: the first bytes of what is replaced (three functions at
# most); WHEN is old, new or back
declare -A entry=()
show_entries() {
	local f

	for f in "${funcs[@]:0:3}"; do
		run_ok "./peek $f"
		case $1 in
		old)	entry[$f]=$out ;;
		new)	claim 'the old function now begins with a jump (e9) to the new one' \
				jumps "${entry[$f]}" "$out" ;;
		back)	claim 'the same bytes as at first' is "${entry[$f]}" ;;
		esac
	done
}

# jumps OLD NEW: are these bytes the same up to a jump?
# shellcheck disable=SC2317 # called by claim
jumps() {
	local old new i

	read -ra old <<<"$1"
	read -ra new <<<"$2"
	for ((i = 0; i < ${#new[@]}; i++)); do
		[ "${old[i]}" = "${new[i]}" ] || break
	done
	[ "${new[i]:-}" = e9 ]
}

# show_effect TEXT TEST: run what shows the difference, if there is something
show_effect() {
	# shellcheck disable=SC2154 # of the change
	[ "$try" ] || return 0
	run "$try"
	claim "$1" "$2"
}

section 'The kernel is up'
run_ok 'cd build/demo'
run_ok 'uname -r'
claim 'the kernel that was built above' is "$KSPL_DEMO_RELEASE"
run_ok 'cat /proc/sys/kernel/random/boot_id'
boot_id=$out
note 'Drawn by chance at each boot. It must be the same at the end.'

# --- a change of our own ----------------------------------------------------

section 'A change of our own: before'
run_ok 'cat /proc/ksplice_sample'
claim 'it cannot spell, and the first visitor is number 0' is 'Hello wrold, visitor 0'
run_ok 'cat /proc/ksplice_sample'
claim 'the second is number 1' is 'Hello wrold, visitor 1'

section 'Load the update'
run_ok 'insmod ksplice-sample.ko'
run_ok 'cat /sys/kernel/ksplice/sample/state'
claim 'the running code was compared with what the update was made for: it is the same' is ready
run_ok 'cat /proc/ksplice_sample'
claim 'and it is still in force' is 'Hello wrold, visitor 2'

section 'Switch to the new code'
run_ok 'echo 1 > /sys/kernel/ksplice/sample/enabled'
run_ok 'cat /proc/ksplice_sample'
claim 'it can spell, and it goes on with the same counter: the fourth visitor is number 4' \
	is 'Hello world, visitor 4'
show_figures sample applied
run 'rmmod ksplice_sample'
claim 'code in use cannot be unloaded' test $code -ne 0

section 'And back'
run_ok 'echo 0 > /sys/kernel/ksplice/sample/enabled'
run_ok 'cat /proc/ksplice_sample'
claim 'both faults are there again: the fifth visitor is number 4' is 'Hello wrold, visitor 4'
show_figures sample reversed
run_ok 'rmmod ksplice_sample'
claim 'nothing is left of the update' gone /sys/kernel/ksplice/sample
run_ok 'cat /proc/ksplice_sample'
claim 'as before' is 'Hello wrold, visitor 5'

# --- a real fix -------------------------------------------------------------

if [ "$KSPL_DEMO_CHANGE" ]; then
	# shellcheck source=demo/changes/10-cp-at-limit
	. ./change
	sysfs=/sys/kernel/ksplice/$name

	section "The fix from $KSPL_DEMO_NEWER: before"
	[ ! "$about" ] || paragraph "$about"
	[ "$about" ] || note 'What it changes, no program here can show. That the code is replaced can be seen.'
	prepare || failed 'the test could not be prepared'
	show_effect "$old_means" seen_old

	section 'Load the update'
	run_ok "insmod ksplice-$name.ko"
	run_ok "ls $sysfs/vmlinux"
	mapfile -t funcs < <(grep -vx patched <<<"$out")
	claim "${#funcs[@]} function(s) to replace, found in the running kernel" test ${#funcs[@]} -gt 0
	note 'The first bytes of what is to be replaced:'
	show_entries old
	show_effect "still so: $old_means" seen_old

	section 'Switch to the new code'
	run_ok "echo 1 > $sysfs/enabled"
	show_effect "$new_means" seen_new
	show_entries new
	run_ok "cat $sysfs/vmlinux/patched"
	claim 'vmlinux is patched' is 1
	show_figures "$name" applied

	section 'And back'
	run_ok "echo 0 > $sysfs/enabled"
	show_effect "$old_means" seen_old
	show_entries back
	show_figures "$name" reversed
	run_ok "rmmod ksplice_${name//-/_}"
	claim 'nothing is left of the update' gone "$sysfs"
	show_effect "as before: $old_means" seen_old
fi

# --- the end ----------------------------------------------------------------

section 'What the kernel says'
run_ok "dmesg | grep -o 'ksplice: .*'"
run "dmesg | grep -E 'WARNING:|BUG:|Oops|Call Trace:|INFO:'"
claim 'no complaint' is ''
run_ok 'cat /proc/sys/kernel/random/boot_id'
claim 'the same boot as at the beginning' is "$boot_id"
exit 0

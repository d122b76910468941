# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# What the demos do in the VM: run commands, say what was seen, check it. To be
# sourced after story.sh.

out='' code=0
clock=/sys/devices/system/clocksource/clocksource0/current_clocksource

# run COMMAND: type it, run it; its output and exit code are also $out and $code
run() {
	command_line "$1"
	eval "$1" >/run/demo.out 2>&1
	code=$?
	# what this shell says of a command that a signal ended
	sed -i 's|^[^ ]*claims\.sh: line [0-9]*: *[0-9]* |bash: |' /run/demo.out
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
	claim "$2, and no thread was in the way" \
		test "$(cat "$d/state") $(cat "$d/abort_cause")" = "$2 ok"
	checked=$(cat "$d/checked_tasks")
	threads=$(find /proc/[0-9]*/task -mindepth 1 -maxdepth 1 2>/dev/null | wc -l)
	claim "none of the $checked threads that were checked was inside that code" \
		test "$checked" -ge $((threads / 2))
	pause=$(cat "$d/pause_ns")
	if [ "$pause" -eq 0 ] && grep -q jiffies "$clock"; then
		so 'the machine stood still for less than a tick of 4 ms, the shortest time that this VM can measure'
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

	# shellcheck disable=SC2154 # the caller's
	for f in "${funcs[@]:0:3}"; do
		run_ok "./peek $f"
		case $1 in
		old)	entry[$f]=$out ;;
		new)	claim 'the old function now begins with a jump (e9) to the new one' \
				jumps "${entry[$f]}" "$out" ;;
		back)	claim 'the same bytes as before' is "${entry[$f]}" ;;
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

# The end: no complaint, and the machine was not booted meanwhile ($boot_id).
kernel_says() {
	section 'The log of the kernel'
	run_ok "dmesg | grep -o 'ksplice: .*'"
	run "dmesg | grep -E 'WARNING:|BUG:|Oops|Call Trace:|INFO:'"
	claim 'no warning and no error' is ''
	run_ok 'cat /proc/sys/kernel/random/boot_id'
	# shellcheck disable=SC2154 # the caller's
	claim 'the same boot as at the beginning' is "$boot_id"
}

# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# Parts of check-here: asking the core on the running kernel, and the report. To be
# sourced after lib.sh. HERE_ROOT: another root for /proc and /sys, for tests.

HERE_ROOT=${HERE_ROOT:-}

# --- the core ---------------------------------------------------------------------

# Not empty: the core was loaded by this script, which has to unload it
here_loaded=

here_unload() {
	[ "$here_loaded" ] || return 0
	if ! rmmod ksplice || [ -e "$HERE_ROOT/sys/kernel/ksplice" ]; then
		echo 'core: stays loaded'
		return 1
	fi
	here_loaded=
	echo 'core: unloaded'
}

# here_load MODULE: loads it, unless there is a core
here_load() {
	if [ -e "$HERE_ROOT/sys/kernel/ksplice" ]; then
		echo 'core: was there'
	elif insmod "$1" >&2; then
		here_loaded=1
		echo 'core: loaded'
	else
		say "the core can't be loaded; the kernel log says why (dmesg)"
		echo 'core: could not be loaded'
		return 1
	fi
}

# here_number JSON NAME: a figure of the report of 'ksplice check', or ?
here_number() {
	jq -r --arg name "$2" '.[$name] | if type == "number" then . elif type == "array" then length else "?" end' \
		"$1" 2>/dev/null || echo '?'
}

# here_check TOOL UPDATE JSON: has the kernel match it, and counts the threads that sleep inside
here_check() {
	local code=0

	"$1" check --json "$2" >"$3" 2>"$3.log" || code=$?
	if [ $code -ne 0 ] || [ "$(jq -r .matches "$3" 2>/dev/null)" != true ]; then
		cat "$3.log" >&2
		echo "core: does not match (exit code $code)"
		return 1
	fi
	echo 'core: matches'
	echo "stacks: $(here_number "$3" threads_seen) seen, $(here_number "$3" threads_not_seen) not seen, $(here_number "$3" busy) in the way"
}

# here_core MODULE TOOL UPDATE JSON: does all of it; prints a line about each step
here_core() {
	local bad=0

	if here_load "$1"; then
		here_check "$2" "$3" "$4" || bad=1
	else
		bad=1
	fi
	here_unload || bad=1
	return $bad
}

# --- the report -------------------------------------------------------------------

# here_lines FILE: prints the lines that are known to hold no address and no byte of the
# kernel's memory. Of a function that does not match, it prints which one and where, but
# not the bytes that were found, which could tell where the kernel is. It counts all others.
here_lines() {
	awk '
	function keep(line) {
		if (line ~ /0x[0-9a-f]{7}/ || line ~ /[0-9a-f]{12}/) left++
		else print line
	}
	/^(not )?ok [0-9]+ - [A-Za-z0-9_.-]+\.blob: [0-9]+ of [0-9]+ functions, [0-9]+ bytes, [0-9.]+ ms$/ ||
	/^(not )?ok [0-9]+ - values as in kallsyms: [0-9]+ of [0-9]+ wrong$/ ||
	/^# [0-9]+ of [0-9]+ objects(, [0-9]+ [a-z ]+)*, slowest [0-9.]+ ms$/ ||
	/^# [a-z_ -]+ +[0-9]+ sites, +[0-9]+ patched$/ ||
	/^# [0-9]+ entries of tables$/ ||
	/^1\.\.[0-9]+$/ { keep($0); next }
	match($0, /^# left over: [A-Za-z0-9_.]+: /) {
		name = substr($0, RSTART, RLENGTH)
		rest = substr($0, RLENGTH + 1)
		what = "does not match"
		if (match(rest, /^[A-Za-z0-9_\/.-]+: [A-Za-z0-9_.]+\+0x[0-9a-f]+/))
			what = substr(rest, RSTART, RLENGTH) " differs"
		keep(name what)
		next
	}
	/[^ ]/ { left++ }
	END { if (left) printf "# %d lines were left out: they may hold secrets\n", left }' "$1"
}

# here_machine: prints kernel and CPU, as /proc and /sys have them, without the kernel's
# builder and machine
here_machine() {
	printf 'kernel: %s\n' "$(sed 's/ ([^ ()]*@[^ ()]*)//' "$HERE_ROOT/proc/version")"
	printf 'cpu: %s\n' "$(sed -n 's/^model name[[:space:]]*: //p' "$HERE_ROOT/proc/cpuinfo" | sort | uniq -c |
		sed 's/^ *//' | paste -sd';')"
	printf 'microcode: %s\n' "$(sed -n 's/^microcode[[:space:]]*: //p' "$HERE_ROOT/proc/cpuinfo" | sort -u | paste -sd' ')"
	! grep -q '^flags.* hypervisor' "$HERE_ROOT/proc/cpuinfo" || echo 'cpu: in a virtual machine'
	(cd "$HERE_ROOT/sys/devices/system/cpu/vulnerabilities" && grep -H . ./*) 2>/dev/null | sed 's|^\./|mitigation: |' || :
}

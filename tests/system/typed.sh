# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# How the parts of the test say what is typed and what must come of it. To be
# sourced after vm.sh and tests/lib.sh.

# types USER CODE REGEX COMMAND [NAME]: does it end with CODE, and is one line
# of what it prints like REGEX?
types() {
	check "${5:-$1 types: $4}" answers "$2" "$3" "$1" "$4"
}

# reports USER CODE EXPRESSION COMMAND [NAME]: the same, EXPRESSION being one of
# python about d, the JSON that it prints on stdout
reports() {
	check "${5:-$1 types: $4}" answers_json "$2" "$3" "$1" "$4"
}

answers() {
	local want=$1 regex=$2 out code=0

	out=$(guest "$3" "$4" 2>&1) || code=$?
	if [ $code -ne "$want" ] || ! grep -qE -- "$regex" <<<"$out"; then
		printf '%s\nexit code %d; expected: %d, /%s/\n' "$out" $code "$want" "$regex"
		return 1
	fi
}

answers_json() {
	local out code=0

	out=$(guest "$3" "$4" 2>/dev/null) || code=$?
	[ $code -eq "$1" ] || {
		printf '%s\nexit code %d, expected: %d\n' "$out" $code "$1"
		return 1
	}
	json "$2" printf '%s\n' "$out"
}

# An expression that fits just this
# shellcheck disable=SC2001 # each of a set
literal() {
	sed 's/[.+*]/\\&/g' <<<"$1"
}

# for_minutes N COMMAND...: what takes longer than others
for_minutes() {
	# shellcheck disable=SC2034 # of guest
	local SECONDS_EACH=$(($1 * 60))

	"${@:2}"
}

# Ends the test: everything after it would fail for the same reason.
bail() {
	printf '%s\n' "$1" | sed 's/^/# /'
	printf 'Bail out! the machine is lost; see build/system/vm/\n'
	exit 1
}

# boots RELEASE [ARGUMENTS]: not within check, which would keep what it sets
boots() {
	printf '# boot of %s\n' "$*"
	vm_boot "$@" >"$VM/boot.log" 2>&1 || bail "$(cat "$VM/boot.log")"
	types root 0 "^$(literal "$1")\$" 'uname -r' "it boots $*"
}

# The answer may get lost on the way down.
switches_off() {
	guest root "${1:-poweroff}" >/dev/null 2>&1 || :
	vm_wait_off >"$VM/boot.log" 2>&1 || bail "$(cat "$VM/boot.log")"
}

reboots() {
	switches_off reboot
	boots "$@"
}

# Nothing in the kernel's log that should not be there
kernel_is_content() {
	types root 1 '^$' "dmesg | grep -E 'WARNING:|BUG:|Oops|Call Trace:|INFO: task'" \
		'the kernel log has no complaint'
}

#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# A target module is loaded and unloaded by four at once, over and over, while
# updates of it are loaded, applied, put on top of one another, superseded, taken
# back and unloaded.  Each reader must see the code of one update, and no load
# of the module may be refused.
#
# KSPL_CHURN: for how many seconds each (20)

# shellcheck source-path=SCRIPTDIR source=functions.sh
. "$(dirname "$0")/functions.sh"

SECONDS_LONG=${KSPL_CHURN:-20}
LOADERS=4

# Between looking for the file and reading it, it may go.
look() {
	local got

	got=$(cat "$MOD/$1" 2>/dev/null) || return 0
	case $got in
	'' | 11 | 22 | 33 | 44) ;;
	*) echo "$1 says $got" >>"$WORK/bad" ;;
	esac
}

loader() {
	local n=0

	while [ -e "$WORK/go" ]; do
		modprobe test_ksplice_mod && n=$((n + 1))
		look at_init
		look chain
		rmmod test_ksplice_mod
	done 2>/dev/null
	echo $n >>"$WORK/loads"
}

# change 0|1 UPDATE: counts the changes; they may fail if the module comes or goes for
# too long, or is not loaded, so that the order of updates can't be seen
change() {
	if echo "$1" >"$SYSFS/$2/enabled"; then
		changes=$((changes + 1))
		return 0
	fi 2>/dev/null
	case $(cat "$SYSFS/$2/abort_cause") in
	target_moving | code_busy) busy=$((busy + 1)) ;;
	stacked) [ "$2" = module_again ] || fail "$2: stacked" ;;
	*) fail "$2: $(cat "$SYSFS/$2/abort_cause")" ;;
	esac
	return 1
}

applied() {
	[ "$(cat "$SYSFS/$1/enabled")" = 1 ]
}

# round BASE NEWER CUMULATIVE
round() {
	change 1 "$1" || return 0
	load "$2" || return
	# Only this one takes the place of both.
	change 1 "$2" && [ "$3" != cumulative ] && change 0 "$2"
	if change 1 "$3"; then
		! applied "$1" || fail "$1 is still applied"
		change 0 "$3" || return
	fi
	! applied "$2" || change 0 "$2"
	! applied "$1" || change 0 "$1"
	unload "$2"
}

churn() {
	local i changes=0 busy=0 rounds=0 loads end

	load "$1" && load "$3" || return
	modprobe test_ksplice_dep
	touch "$WORK/go"
	: >"$WORK/loads"
	for ((i = 0; i < LOADERS; i++)); do
		loader &
	done
	end=$((SECONDS + SECONDS_LONG))
	while [ $SECONDS -lt $end ] && [ ! "$test_failed" ]; do
		round "$@" || break
		rounds=$((rounds + 1))
	done
	rm -f "$WORK/go"
	wait
	loads=$(awk '{ n += $1 } END { print n + 0 }' "$WORK/loads")
	note "$rounds rounds, $changes changes, $busy times busy;" \
		"the module was loaded $loads times"
	[ ! -e "$WORK/bad" ] || fail "$(sort "$WORK/bad" | uniq -c | head)"
	rm -f "$WORK/bad"
	[ $changes -gt 0 ] || fail "no change was made"
	[ "$loads" -gt 0 ] || fail "the module was never loaded"
	! dmesg_since | grep "does not fit this module" || fail "a load was refused"
	expect 111 "$TARGET/chain"
}

with_vmlinux() {
	churn module_and_vmlinux third cumulative
}

module_alone() {
	churn module module_again cumulative_module
}

modprobe -n test_ksplice_mod 2>/dev/null || skip_all "no CONFIG_TEST_KSPLICE_MODULES"
need_updates module
CLEANUP=clean_modules
run_tests with_vmlinux module_alone

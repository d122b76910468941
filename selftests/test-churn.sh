#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# A target module is loaded and unloaded by four at once, over and over, while
# updates of it are loaded, applied, put on top of one another, superseded, taken
# back and unloaded.  Whoever looks must see the code of one update, and no load
# of the module may be refused.
#
# KSPL_CHURN: for how many seconds (20)

# shellcheck source-path=SCRIPTDIR source=functions.sh
. "$(dirname "$0")/functions.sh"

BASE=module_and_vmlinux
MOD=/sys/kernel/debug/test_ksplice_mod
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

# change 0|1 UPDATE: counts what was done; the module may move for too long
change() {
	if echo "$1" >"$SYSFS/$2/enabled"; then
		changes=$((changes + 1))
		return 0
	fi 2>/dev/null
	case $(cat "$SYSFS/$2/abort_cause") in
	target_moving | code_busy) busy=$((busy + 1)) ;;
	*) fail "$2: $(cat "$SYSFS/$2/abort_cause")" ;;
	esac
	return 1
}

round() {
	change 1 $BASE || return 0
	load third || return
	change 1 third && expect 333 "$TARGET/chain"
	if change 1 cumulative; then
		expect 444 "$TARGET/chain"
		expect 0 "$SYSFS/$BASE/enabled"
		change 0 cumulative || return
		expect 111 "$TARGET/chain"
	else
		[ "$(cat "$SYSFS/third/enabled")" = 0 ] || change 0 third
		change 0 $BASE
	fi
	unload third
}

churn() {
	local i changes=0 busy=0 rounds=0 end

	load $BASE && load cumulative || return
	modprobe test_ksplice_dep
	touch "$WORK/go"
	for ((i = 0; i < LOADERS; i++)); do
		loader &
	done
	end=$((SECONDS + SECONDS_LONG))
	while [ $SECONDS -lt $end ] && [ ! "$test_failed" ]; do
		round || break
		rounds=$((rounds + 1))
	done
	rm -f "$WORK/go"
	wait
	note "$rounds rounds, $changes changes, $busy times busy;" \
		"the module was loaded $(awk '{ n += $1 } END { print n + 0 }' "$WORK/loads") times"
	[ ! -e "$WORK/bad" ] || fail "$(sort "$WORK/bad" | uniq -c | head)"
	[ $changes -gt 0 ] || fail "no change was made"
	! dmesg_since | grep "does not fit this module" || fail "a load was refused"
}

clean_up() {
	rmmod test_ksplice_mod test_ksplice_dep
} 2>/dev/null

modprobe -n test_ksplice_mod 2>/dev/null || skip_all "no CONFIG_TEST_KSPLICE_MODULES"
need_updates $BASE
CLEANUP=clean_up
run_tests churn

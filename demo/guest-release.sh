#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# The part of demo-release.sh that happens in the VM. Each command is printed as
# typed and then run. Each claim is checked; the first that does not hold ends
# the demo with exit code 1.

set -u
# shellcheck source=demo/story.sh
. "$KSPL_DEMO_DIR/story.sh"
section_nr=$KSPL_DEMO_SECTION
# shellcheck source=demo/claims.sh
. "$KSPL_DEMO_DIR/claims.sh"
sysfs=/sys/kernel/ksplice/$KSPL_DEMO_NAME

# set_as FILE: what the set gives now, in FILE; it must be what it was at first
set_as() {
	run_ok "./release-set.sh \$PWD/selftests/kselftest > $1"
	so "$(cut -d' ' -f1 "$1" | sort | uniq -c | awk '{ printf "%s%s %s", sep, $1, $2; sep = ", " }')"
	claim 'most of them pass' test "$(grep -c '^passed' "$1")" -ge $(($(wc -l <"$1") * 3 / 4))
	[ "$1" = before ] || {
		run "diff before $1"
		claim 'each of them with the same result as before' test "$code" -eq 0
	}
}

# shellcheck disable=SC2317 # called by claim
busy() {
	kill -0 "$load" 2>/dev/null
}

section 'The older release is up'
run_ok 'cd build/demo-release'
run_ok 'cat /proc/version'
run_ok 'uname -r'
claim "Debian's kernel, as it was built" is "$KSPL_DEMO_RELEASE"
run_ok './release-modules.sh'
run_ok 'wc -l < /proc/modules'
run_ok 'cat /proc/sys/kernel/random/boot_id'
boot_id=$out

section 'Programs run on it'
set_as before

section 'Under load'
run_ok 'stress-ng --fork 1 --pipe 1 --sock 1 --mmap 1 --mmap-bytes 16M --timer 1 --temp-path /tmp --timeout 0 >/dev/null 2>&1 &'
load=$!
sleep 2
claim 'forks, pipes, sockets, page faults and timers are busy all the time' busy

section 'Load the core and the update'
run_ok 'insmod ksplice.ko'
run_ok "time insmod ksplice-$KSPL_DEMO_NAME.ko"
run_ok "cat $sysfs/state"
claim 'all code of all its files was compared with the running code in memory: it is the same' is ready

section 'To the newer release'
run_ok "echo 1 > $sysfs/enabled"
show_figures "$KSPL_DEMO_NAME" applied
run_ok "cat $sysfs/stops"
claim 'one stop' is 1
claim 'and the load continues' busy
run_ok "find $sysfs -mindepth 2 -maxdepth 2 -type d | wc -l"
so "$out functions are those of $KSPL_DEMO_NEWER now"
run_ok "kill $load; wait $load 2>/dev/null || true"
set_as with

section 'And back'
run_ok "echo 0 > $sysfs/enabled"
show_figures "$KSPL_DEMO_NAME" reversed
run_ok "rmmod ksplice_${KSPL_DEMO_NAME//-/_}"
run_ok 'rmmod ksplice'
claim 'nothing is left, not even the core' gone /sys/kernel/ksplice

kernel_says
exit 0

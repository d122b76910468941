#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# The part of the demo that happens in the VM; demo-series.sh starts it there. Each
# command is printed as typed and then run. Each claim is checked; the first
# that does not hold ends the demo with exit code 1.

set -u
# shellcheck source=demo/story.sh
. "$KSPL_DEMO_DIR/story.sh"
section_nr=$KSPL_DEMO_SECTION
# shellcheck source=demo/claims.sh
. "$KSPL_DEMO_DIR/claims.sh"

section 'The kernel is up'
run_ok 'cd build/demo-series'
run_ok 'uname -r'
claim 'the kernel that was built above' is "$KSPL_DEMO_RELEASE"
run_ok 'cat /proc/sys/kernel/random/boot_id'
boot_id=$out
note 'A random id of this boot. It must be the same at the end.'

# --- a change of our own ----------------------------------------------------

section 'A change of our own: before'
run_ok 'cat /proc/ksplice_sample'
claim 'the text has a spelling mistake, and the first visitor is number 0' is 'Hello wrold, visitor 0'
run_ok 'cat /proc/ksplice_sample'
claim 'the second is number 1' is 'Hello wrold, visitor 1'

section 'Load the update'
run_ok 'insmod ksplice-sample.ko'
run_ok 'cat /sys/kernel/ksplice/sample/state'
claim 'the running code was compared with the code that the update was made for: it is the same' is ready
run_ok 'cat /proc/ksplice_sample'
claim 'and the old code still runs' is 'Hello wrold, visitor 2'

section 'Switch to the new code'
run_ok 'echo 1 > /sys/kernel/ksplice/sample/enabled'
run_ok 'cat /proc/ksplice_sample'
claim 'the text is right, and the same counter continues: the fourth visitor is number 4' \
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
	[ "$about" ] || note 'No program here can show what it changes, only that the code is replaced.'
	prepare || failed 'the test could not be prepared'
	show_effect "$old_means" seen_old

	section 'Load the update'
	run_ok "insmod ksplice-$name.ko"
	run_ok "ls $sysfs/vmlinux"
	mapfile -t funcs < <(grep -vx patched <<<"$out")
	claim "${#funcs[@]} function(s) to replace, found in the running kernel" test ${#funcs[@]} -gt 0
	note 'The first bytes of the functions that it will replace:'
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

kernel_says
exit 0

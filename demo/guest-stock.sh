#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# The part of demo-stock.sh that happens in the VM. Each command is printed as
# typed and then run. Each claim is checked; the first that does not hold ends
# the demo with exit code 1.

set -u
# shellcheck source=demo/story.sh
. "$KSPL_DEMO_DIR/story.sh"
section_nr=$KSPL_DEMO_SECTION
# shellcheck source=demo/claims.sh
. "$KSPL_DEMO_DIR/claims.sh"
sysfs=/sys/kernel/ksplice/$KSPL_DEMO_NAME

# each WHAT [TEXT]: for every change of which an effect is known, do that
each() {
	local change

	for change in ./change-*; do
		[ -f "$change" ] || continue
		# shellcheck source=demo/changes/10-cp-at-limit
		. "$change"
		"$@"
	done
}

# shellcheck disable=SC2154,SC2317 # of the change; called by each
tell() {
	paragraph "$file:$about"
	prepare || failed "$name: the test could not be prepared"
	show_effect "$old_means" seen_old
	echo
}

# shellcheck disable=SC2154,SC2317
old() {
	show_effect "${1:+$1: }$old_means" seen_old
}

# shellcheck disable=SC2154,SC2317
new() {
	show_effect "$new_means" seen_new
}

# shellcheck disable=SC2317 # called by claim
kaslr() {
	! grep -qw nokaslr /proc/cmdline
}

section 'The kernel is up'
run_ok 'cd build/demo-stock'
run_ok 'cat /proc/version'
run_ok 'uname -r'
claim "Debian's kernel" is "$KSPL_DEMO_RELEASE"
run_ok "grep -E ' (_text|_etext)\$' /proc/kallsyms"
claim 'it was put wherever chance had it' kaslr
run_ok 'cat /proc/sys/kernel/random/boot_id'
boot_id=$out
note 'Drawn by chance at each boot. It must be the same at the end.'

section 'Before'
each tell

section 'Load the core'
run_ok 'insmod ksplice.ko'
run_ok 'ls -d /sys/kernel/ksplice'
claim 'it found all it needs in the running kernel, and has changed nothing' is /sys/kernel/ksplice

section 'Load the update'
run_ok "insmod ksplice-$KSPL_DEMO_NAME.ko"
run_ok "cat $sysfs/state"
claim "all code of the $KSPL_DEMO_FILES files was compared with what runs: it is the same" is ready
run_ok "ls $sysfs/vmlinux"
mapfile -t funcs < <(grep -vx patched <<<"$out")
claim "${#funcs[@]} functions to replace" test ${#funcs[@]} -ge "$KSPL_DEMO_FILES"
note 'The first bytes of some of them:'
show_entries old
note 'Nothing has changed yet:'
each old

section 'Switch to the new code'
run_ok "echo 1 > $sysfs/enabled"
each new
show_entries new
show_figures "$KSPL_DEMO_NAME" applied

section 'And back'
run_ok "echo 0 > $sysfs/enabled"
each old 'as before'
show_entries back
show_figures "$KSPL_DEMO_NAME" reversed
run_ok "rmmod ksplice_${KSPL_DEMO_NAME//-/_}"
run_ok 'rmmod ksplice'
claim 'nothing is left, not even the core' gone /sys/kernel/ksplice
each old 'as before'

kernel_says
exit 0

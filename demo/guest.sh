#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# The part of demo.sh that happens in the VM. Each command is printed as typed and
# then run. Each claim is checked; the first that does not hold ends the demo with
# exit code 1.

set -u
# shellcheck source=demo/story.sh
. "$KSPL_DEMO_DIR/story.sh"
section_nr=$KSPL_DEMO_SECTION
# shellcheck source=demo/claims.sh
. "$KSPL_DEMO_DIR/claims.sh"
sysfs=/sys/kernel/ksplice/$KSPL_DEMO_NAME
update=ksplice-$KSPL_DEMO_NAME.ko
export PATH=$KSPL_DEMO_DIR:$PATH

# The host's line of progress ends here.
: >"$KSPL_DEMO_DIR/up"
sleep 1

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
}

# shellcheck disable=SC2154,SC2317
old() {
	show_effect "${1:+$1: }$old_means" seen_old
}

# shellcheck disable=SC2154,SC2317
new() {
	show_effect "$new_means" seen_new
}

section 'The kernel runs, and has the bug'
run_ok 'cd build/demo'
run_ok 'uname -r'
claim "Debian's kernel" is "$KSPL_DEMO_RELEASE"
run_ok 'cat /proc/sys/kernel/random/boot_id'
boot_id=$out
note 'A random id of this boot. It must be the same at the end.'
echo
each tell

section 'Load the core: does the update fit this kernel?'
run_ok 'insmod ksplice.ko'
run_ok "ksplice check $update"
claim "all code of the file was compared with the running code in memory: it is the same" \
	grep -q 'matches the running kernel' <<<"$out"

section 'Apply it'
run_ok "insmod $update"
run_ok "ls $sysfs/vmlinux"
mapfile -t funcs < <(grep -vx patched <<<"$out")
claim "${#funcs[@]} function(s) to replace" test ${#funcs[@]} -ge "$KSPL_DEMO_FILES"
note 'The update is loaded, and changes nothing yet. The first bytes of the functions:'
show_entries old
run_ok "ksplice apply $update"
each new
show_entries new
show_figures "$KSPL_DEMO_NAME" applied

section 'And back'
run_ok "ksplice undo $KSPL_DEMO_NAME"
each old 'as before'
show_entries back
claim 'the update is unloaded' gone "$sysfs"
run_ok 'rmmod ksplice'
claim 'nothing is left, not even the core' gone /sys/kernel/ksplice
each old 'as before'

kernel_says
exit 0

# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2016,SC2153 # $ is for the guest's shell; RELEASE is run.sh's
#
# The power fails in the middle of an install and of an apply, KSPL_POWER_CUTS
# times (20): the machine comes up, and what it has is the old or the new. The
# last words of the script that was at it tell which of the two it has to be.
# KSPL_SEED: of the moments

COPY_KO=/srv/ksplice-debian-fixes.ko

# turns ONE COMMAND OTHER COMMAND: the script in which the power fails
turns() {
	cat <<END
#!/bin/bash
tell() { echo "\$*" >/dev/virtio-ports/ksplice.log; }
while :; do
	tell begin $1
	$2 >/dev/null 2>&1 || tell failed $1
	tell end $1
	sleep 0.5
	tell begin $3
	$4 >/dev/null 2>&1 || tell failed $3
	tell end $3
	sleep 0.5
done
END
}

part_before_cuts() {
	types root 0 '' 'mount -o ro /dev/vdb /mnt'
	types root 0 '' "cp $KO $COPY_KO"
	types root 0 '' "base64 -d >/srv/cut-install <<<$(turns install "ksplice install $COPY_KO" \
		uninstall 'ksplice uninstall debian-fixes' | base64 -w 0)" 'a script that installs and removes'
	types root 0 '' "base64 -d >/srv/cut-apply <<<$(turns apply "ksplice apply $COPY_KO" \
		undo 'ksplice undo debian-fixes' | base64 -w 0)" 'a script that applies and takes back'
	types root 0 '' 'chmod 755 /srv/cut-install /srv/cut-apply; sync'
}

# cut_during install or apply: LAST is what it said last
cut_during() {
	local tenths=$((10 + RANDOM % 60))

	: >"$LOG"
	types root 0 '' "setsid /srv/cut-$1 >/dev/null 2>&1 &" "$1, and the power fails"
	sleep $((tenths / 10)).$((tenths % 10))
	vm_cut || bail 'it was off already'
	LAST=$(tr -d '\0' <"$LOG" | tail -n 1)
	vm_note "power cut; the last words: $LAST"
	check 'each command before the cut had succeeded' nothing_failed
}

nothing_failed() {
	[ -s "$LOG" ] && ! grep -a failed "$LOG"
}

# What a boot after it finds
part_cut_install() {
	local stored="cmp $COPY_KO /var/lib/ksplice/$RELEASE/debian-fixes.ko"
	local gone="test ! -e /var/lib/ksplice/$RELEASE/debian-fixes.ko"

	case $LAST in
	'end install') types root 0 '^$' "$stored" "cut after it was installed: it is" ;;
	'end uninstall') types root 0 '^$' "$gone" "cut after it was removed: it is" ;;
	*) types root 0 '^$' "$gone || $stored" "cut in the middle of '$LAST': it is there as a whole or not at all" ;;
	esac
	types root 0 '^$' 'systemctl is-failed -q ksplice.service; systemctl --failed -q'
	types root 0 '' "ksplice undo debian-fixes; ksplice uninstall debian-fixes; $gone" 'it can be removed'
	types root 0 '^$' 'find /var/lib/ksplice -type f ! -name .lock' 'nothing of it is left'
}

part_cut_apply() {
	types root 2 '' 'ls -d /sys/kernel/ksplice/debian-fixes' 'it is not applied by itself'
	case $LAST in
	'end apply') types root 4 'held back, not applied: the machine went down without a shutdown' "ksplice apply $COPY_KO" \
		"cut while it was applied: it is held back" ;;
	'end undo') types root 0 'debian-fixes: applied' "ksplice apply $COPY_KO" \
		"cut after it was taken back: it is not held back" ;;
	*) types root 0 'debian-fixes: (applied|held back)' "ksplice apply $COPY_KO 2>&1 | cat" \
		"cut in the middle of '$LAST'" ;;
	esac
	types root 0 '^0 loaded units' 'systemctl --failed'
	types root 0 '' 'ksplice unhold debian-fixes; ksplice undo debian-fixes; :'
	types root 0 'debian-fixes: applied' "ksplice apply $COPY_KO" 'it can be applied again'
	types root 0 'debian-fixes: reversed' 'ksplice undo debian-fixes'
	types root 0 '^$' 'find /var/lib/ksplice -type f ! -name .lock' 'nothing of it is left'
}

part_power_cuts() {
	local n=${KSPL_POWER_CUTS:-20} i what

	RANDOM=${KSPL_SEED:-1}
	part_before_cuts
	for ((i = 1; i <= n; i++)); do
		what=install
		((i % 2)) || what=apply
		cut_during $what
		# quiet: what is said on the console takes its time
		boots "$RELEASE" quiet
		part_cut_$what
	done
}

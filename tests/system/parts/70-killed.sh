# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2016,SC2153 # $ is for the guest's shell; RELEASE is run.sh's
#
# dpkg is killed at each of its steps. What the machine runs, what comes back after
# a boot, and what dpkg says of the package fit together each time, and doing it
# again ends as it should. A step is a rename() by dpkg: each change of its records
# is one, and so is each file that is unpacked. KSPL_STEP=N: each Nth,
# else each, of an upgrade of ksplice-tools each 5th.

PACKAGE=ksplice-update-debian-fixes
OLD_DEB=/mnt/archive-1/${PACKAGE}_1.0_amd64.deb
NEW_DEB=/mnt/archive-2/${PACKAGE}_2.0_amd64.deb

# part_kill_steps WHAT BEFORE COMMAND END: in the guest, all of it in one go, since each
# command that is typed takes its time
part_kill_steps() {
	local what=$1

	for_minutes 60 types root 0 '^all steps: [1-9][0-9]* killed, each of them known and said$' \
		"STEP=${KSPL_STEP:-1} /srv/kill-steps '$2' '$3' '$4' 2>&1" \
		"dpkg is killed at each step: $what"
}

# An upgrade that dpkg gives up, with the old version taken back already
part_given_up() {
	types root 0 'debian-fixes: applied' "dpkg -i $OLD_DEB"
	types root 1 "trying to overwrite '/usr/bin/ksplice'" \
		"dpkg-deb -R $NEW_DEB bad && mkdir bad/usr/bin && touch bad/usr/bin/ksplice && dpkg-deb -b bad bad.deb && dpkg -i bad.deb"
	types root 0 "^ii +$PACKAGE +1\.0" "dpkg -l $PACKAGE"
	types root 0 '^debian-fixes +applied +installed$' 'ksplice list' 'the old version is applied again'
}

part_killed() {
	types root 0 '' 'mount -o ro /dev/vdb /mnt'
	types root 0 '' "base64 -d >/srv/kill-steps <<<$(base64 -w 0 tests/system/kill-steps); chmod 755 /srv/kill-steps" 'a script that kills dpkg'
	types root 0 '' 'modprobe ksplice'
	# Each dpkg of ksplice-tools would read all pages anew: most of its time.
	types root 0 '' 'rm /var/lib/man-db/auto-update'
	part_given_up
	part_kill_steps 'install an update' "dpkg --purge $PACKAGE" "dpkg -i $OLD_DEB" 'is installed'
	part_kill_steps 'upgrade an update' "dpkg -i $OLD_DEB" "dpkg -i $NEW_DEB" 'is installed'
	part_kill_steps 'remove an update' "dpkg -i $OLD_DEB" "dpkg --remove $PACKAGE" 'is gone'
	part_kill_steps 'purge an update' "dpkg -i $OLD_DEB" "dpkg --purge $PACKAGE" 'is gone'
	part_killed_tools
	kernel_is_content
}

# The command itself: its units are on or off as they should be. Most steps of an
# upgrade are its files, one like another; each takes up to two minutes without KVM.
part_killed_tools() {
	local tools='/mnt/ksplice-tools_*_amd64.deb' next='/mnt/archive-2/ksplice-tools_*.1_amd64.deb'

	types root 0 '' "dpkg --purge $PACKAGE"
	KSPL_STEP=${KSPL_STEP:-5} part_kill_steps 'upgrade ksplice-tools' "dpkg -i $tools" "dpkg -i $next" 'has tools'
	part_kill_steps 'remove ksplice-tools' "dpkg -i $tools" 'dpkg --remove ksplice-tools' 'has no tools'
	part_kill_steps 'purge ksplice-tools' "dpkg -i $tools" 'dpkg --purge ksplice-tools' 'has no tools'
	types root 0 '^$' 'find /var/lib/ksplice 2>/dev/null'
	types root 1 '^$' "find /etc/systemd /var/lib/systemd -name '*ksplice*' | grep . || exit 1" 'no unit of ours is left'
}

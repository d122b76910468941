# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# The way out, in steps: ksplice.enable=0, removal of an update, of everything.

part_switched_off() {
	types root 0 '' 'mount -o ro /dev/vdb /mnt'
	types root 3 '^inactive$' 'systemctl is-active ksplice.service'
	old_copy 'ksplice.enable=0'
	types root 0 '^pending +debian-fixes$' 'ksplice status'
	types root 3 'ksplice.enable=0' 'ksplice load-installed'
	types root 0 'debian-fixes: applied' 'ksplice apply debian-fixes'
	new_auxv 'applied by hand'
}

part_removal() {
	types root 0 'debian-fixes: reversed' 'apt remove -y ksplice-update-debian-fixes'
	old_copy 'the update is removed'
	old_auxv 'the update is removed'
	types root 1 '' "$STATE"
	types root 1 '' 'grep ^ksplice_ /proc/modules'
	reports root 0 'd["updates"] == []' 'ksplice list --json'
	types root 0 '^$' 'find /var/lib/ksplice -name "*.ko"'
}

part_purge() {
	for_minutes 20 types root 0 'Removing ksplice-tools' \
		"apt purge -y ksplice-tools ksplice-dkms 'ksplice-update-*'"
	types root 0 '^$' 'dpkg -l | grep ksplice || :' 'dpkg knows none of the packages any more'
	types root 1 '^$' "$LEFTOVERS" 'no file of ours is left'
	types root 0 '^$' 'dkms status 2>/dev/null'
	types root 0 '' 'rmmod ksplice'
	types root 1 'not found' 'modprobe ksplice'
	types root 0 'libcapstone4' 'apt autoremove --purge -y'
	types root 0 '^0 loaded units' 'systemctl --failed'
}

part_clean() {
	types root 0 '^0 loaded units' 'systemctl --failed'
	types root 2 '' 'ls -d /sys/kernel/ksplice'
	types root 0 '^0$' 'cat /proc/sys/kernel/tainted'
}

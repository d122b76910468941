# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2153 # OTHER is run.sh's
#
# The administrator's guide: "After a boot" and "A fleet".

STATE='cat /sys/kernel/ksplice/debian-fixes/state'

# install, uninstall by hand
part_store() {
	types root 0 'not applied yet: ksplice apply debian-fixes' "ksplice install $KO"
	types root 0 'pending: installed for this kernel, and not applied' 'ksplice status'
	types user 0 '^debian-fixes$' "ksplice status --json | jq -r '.pending[]'"
	types root 0 '^ksplice_update_pending\{name="debian-fixes"\} 1$' 'ksplice metrics'
	types root 0 'applied; the machine' 'ksplice apply debian-fixes'
	types root 0 'is installed: it comes back with the next boot' 'ksplice undo debian-fixes'
	types root 0 'debian-fixes: applied' 'ksplice load-installed'
	types root 0 '^applied$' "$STATE"
	types root 0 'no longer installed for kernel' 'ksplice uninstall --now debian-fixes'
	types root 1 '' "$STATE"
	types root 0 'debian-fixes: installed for kernel' "ksplice install --now $KO"
	new_copy 'ksplice install --now'
	types root 0 'it stays applied until the next boot' 'ksplice uninstall debian-fixes'
	types root 3 'is not installed' 'ksplice uninstall debian-fixes'
	types root 0 'reversed; the machine' 'ksplice undo debian-fixes'
	part_store_other
}

# What is for another kernel, or in another place
part_store_other() {
	local other=/mnt/updates/ksplice-version.ko

	types root 0 'the running kernel is .*: it does not change' "ksplice install --now $other"
	types root 0 '^for others +version' 'ksplice status'
	types root 3 'nothing is installed for kernel' 'ksplice load-installed'
	types root 0 'no longer installed' 'ksplice uninstall version'
	types root 0 '^$' 'find /var/lib/ksplice -name "*.ko"'
	types root 0 'version: installed for kernel' "mkdir image && ksplice install --root image $other"
	types root 0 '^version +- +installed, for kernel' 'ksplice list --root image'
	types root 0 'version.ko' 'find image -type f; rm -r image'
}

# An archive of one's own
part_package() {
	types root 0 '' "ln -s /mnt/archive-1 /srv/archive; echo 'deb [trusted=yes] file:/srv/archive ./' >/etc/apt/sources.list.d/ksplice.list"
	types root 0 'file:/srv/archive ./' 'apt update'
	types root 0 'hot update debian-fixes of the running kernel' 'apt show ksplice-update-debian-fixes'
	types root 0 'debian-fixes: applied; the machine stood still' 'apt install -y ksplice-update-debian-fixes'
	types root 0 '^applied$' "$STATE"
	new_copy 'the package'
	types root 0 '^ii +ksplice-update-debian-fixes +1\.0' 'dpkg -l ksplice-update-debian-fixes'
	types root 0 '^debian-fixes +applied +installed$' 'ksplice list'
	types root 0 'debian-fixes: reversed; the machine stood still' 'apt remove -y ksplice-update-debian-fixes'
	types root 1 '' "$STATE"
	old_copy 'the package is removed'
	types root 3 '' 'ksplice undo debian-fixes'
	types root 0 'applied; the machine stood still' \
		'apt install -y /mnt/archive-1/ksplice-update-debian-fixes_1.0_amd64.deb'
	part_busy_package
}

# "If it can't be applied", "If it can't be taken back"
part_busy_package() {
	vforker
	types root 0 'vfork is installed, but NOT APPLIED' 'KSPLICE_TIMEOUT=3 apt install -y ksplice-update-vfork'
	types root 0 '^ii ' 'dpkg -l ksplice-update-vfork'
	types root 0 '^pending +vfork$' 'ksplice status'
	types root 0 '^ksplice_update_pending\{name="vfork"\} 1$' 'ksplice metrics'
	types root 1 'in the way: [0-9]+ vforker' 'ksplice apply --timeout 1 vfork'
	types root 0 '' 'pkill -x vforked; sleep 2'
	types root 0 'vfork: applied' 'ksplice apply vfork'
	vforker
	types root 100 'vfork is still applied' 'KSPLICE_TIMEOUT=3 apt remove -y ksplice-update-vfork'
	types root 0 '^applied$' 'cat /sys/kernel/ksplice/vfork/state'
	types root 0 '^.[iF]' 'dpkg -l ksplice-update-vfork' 'the package stays'
	types root 0 '' 'pkill -x vforked; sleep 2'
	types root 0 'vfork: reversed' 'apt remove -y ksplice-update-vfork'
	types root 0 '^applied +debian-fixes$' 'ksplice status'
}

part_after_reboot() {
	types root 0 '^active$' 'systemctl is-active ksplice.service'
	types root 0 '^applied$' "$STATE"
	new_copy 'after the reboot'
	types root 0 'debian-fixes: applied; the machine stood still' 'journalctl -b -u ksplice'
	types root 0 '^0 loaded units' 'systemctl --failed'
	types root 0 '' 'mount -o ro /dev/vdb /mnt'
	types root 0 '^active$' 'systemctl is-active ksplice-settle.timer'
	types root 0 '^active$' 'systemctl is-active ksplice-shutdown.service'
	types root 0 '^1 [0-9a-f-]{36} ' "cat /var/lib/ksplice/.marks/debian-fixes@$(literal "$RELEASE")" \
		'the update is marked'
	types root 0 '' 'systemctl start ksplice-settle.service'
}

part_upgrade() {
	types root 0 '' 'ln -sfn /mnt/archive-2 /srv/archive'
	types root 0 'packages? can be upgraded' 'apt update'
	types root 0 '^ksplice-update-debian-fixes/.* 2\.0 ' 'apt list --upgradable'
	for_minutes 40 types root 0 'debian-fixes: applied; the machine stood still' 'apt upgrade -y'
	types root 0 '^ii +ksplice-update-debian-fixes +2\.0' 'dpkg -l ksplice-update-debian-fixes'
	types root 0 "^ii +ksplice-tools +$NEXT" 'dpkg -l ksplice-tools'
	types root 0 "^ksplice/$NEXT, $(literal "$RELEASE"), x86_64: installed\$" 'dkms status'
	types root 1 '' "dkms status | grep -F ksplice/$VERSION,"
	types root 0 '^applied$' "$STATE"
	new_copy 'the new version'
	new_auxv 'the new version'
	types root 0 '^enabled$' 'systemctl is-enabled ksplice.service'
	reports root 0 'd["applied"] == ["debian-fixes"] and d["pending"] == []' 'ksplice status --json'
	part_busy_upgrade
}

# What can't be taken back stays as it is, and comes back after a boot.
part_busy_upgrade() {
	types root 0 'vfork: applied' 'apt install -y ksplice-update-vfork=1.0'
	vforker
	types root 100 'vfork is still applied' 'KSPLICE_TIMEOUT=3 apt upgrade -y'
	types root 0 '^ii +ksplice-update-vfork +1\.0' 'dpkg -l ksplice-update-vfork'
	types root 0 '^vfork +applied +installed$' 'ksplice list'
	types root 0 '' 'pkill -x vforked; sleep 2'
	types root 0 'vfork: applied' 'apt upgrade -y'
	types root 0 '^ii +ksplice-update-vfork +2\.0' 'dpkg -l ksplice-update-vfork'
	types root 0 'vfork: reversed' 'apt purge -y ksplice-update-vfork'
}

# For a kernel that does not run
part_other_package() {
	types root 0 "version is for kernel $(literal "$OTHER"), and this is $(literal "$RELEASE")" \
		'apt install -y ksplice-update-version'
	types root 2 '' 'ls -d /sys/kernel/ksplice/version'
	types root 1 '' 'grep hot-updated /proc/version'
	types root 0 '^for others +version' 'ksplice status'
	reports root 0 'd["pending"] == []' 'ksplice status --json'
}

# Debian's next kernel: dkms makes the core for it by itself.
part_new_kernel() {
	for_minutes 60 types root 0 "Setting up linux-image-$(literal "$OTHER")" \
		"apt install -y linux-image-$OTHER linux-headers-$OTHER"
	types root 0 "^ksplice/$NEXT, $(literal "$OTHER"), x86_64: installed" 'dkms status'
	types root 0 "^ksplice/$NEXT, $(literal "$RELEASE"), x86_64: installed" 'dkms status'
}

part_other_kernel() {
	types root 0 '' 'mount -o ro /dev/vdb /mnt'
	types root 1 '' "$STATE"
	types root 0 "debian-fixes: skipped: it is for kernel $(literal "$RELEASE")" 'journalctl -b -u ksplice'
	types root 0 '^for others +debian-fixes' 'ksplice status'
	types root 0 '^hot-updated$' 'cat /proc/version'
	reports root 0 'd["applied"] == ["version"] and d["pending"] == []' 'ksplice status --json'
	types root 0 '^active$' 'systemctl is-active ksplice.service'
	types root 4 'it is for kernel' "ksplice apply $KO"
	types root 0 'version: reversed' 'apt purge -y ksplice-update-version'
	types root 1 '' 'grep hot-updated /proc/version'
	# As a boot leaves it that ends badly while the update is applied
	types root 0 '' "echo '1 another-boot 100 0 0 2026-11-30T00:00:00Z' >/var/lib/ksplice/.marks/debian-fixes@$RELEASE"
}

# "After a crash"
part_left_out() {
	types root 0 'debian-fixes: held back, not applied: the machine went down without a shutdown' 'journalctl -b -u ksplice'
	types root 0 'ksplice.service' 'systemctl --failed'
	old_copy 'held back at boot'
	types root 0 '^pending +debian-fixes$' 'ksplice status'
	types root 0 '^held back +debian-fixes: ' 'ksplice status'
	types root 0 '^ksplice_update_held_back\{name="debian-fixes"\} 1$' 'ksplice metrics'
	types root 4 "what now: .*'ksplice unhold debian-fixes'" 'ksplice apply debian-fixes'
	types root 0 'no longer held back' 'ksplice unhold debian-fixes'
	types root 0 '' 'systemctl restart ksplice.service'
	new_copy 'applied the next time'
}

# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2016,SC2153 # $ is for the guest's shell; RELEASE is run.sh's
#
# "After a crash": updates that bring the machine down, as many times as there are
# of them and not once more; and what the machine says when it is up again.

CRASHES='crash-oops crash-panic'

# boots_after_crashes MOST: until it is up; DOWN says how often it was not
boots_after_crashes() {
	DOWN=0
	printf '# boots until it is up\n'
	until vm_boot "$RELEASE" >"$VM/boot.log" 2>&1; do
		vm_alive && bail "$(cat "$VM/boot.log")"
		DOWN=$((DOWN + 1))
		printf '# boot %d: down: %s\n' "$BOOTS" \
			"$(grep -aoE 'Kernel panic - [^[]*|BUG: [^[]*' "$CONSOLE" | tail -n 1 | tr -d '\r')"
		[ $DOWN -lt 6 ] || bail 'it does not come up'
	done
	check "it went down $DOWN times, at most $1" [ "$DOWN" -le "$1" ]
}

# crashes COMMAND: typed, and the machine is gone
crashes() {
	vm_note "$1"
	guest root "$1" >/dev/null 2>&1 || :
	vm_wait_off >"$VM/boot.log" 2>&1 || bail "$(cat "$VM/boot.log")"
}

is_held_back() {
	types root 0 "^held back +$1: the machine went down without a shutdown while it was applied" 'ksplice status'
	types root 0 "^ksplice_update_held_back\\{name=\"$1\"\\} 1\$" 'ksplice metrics'
	types root 2 '' "ls -d /sys/kernel/ksplice/$1" "$1 is not loaded"
}

# Two of them installed. If both were applied when it went down nobody can tell
# which it was, and both are held back.
part_crash_at_boot() {
	local name

	for name in $CRASHES; do
		types root 0 "$name: installed" "ksplice install /mnt/updates/ksplice-$name.ko"
	done
	switches_off reboot
	boots_after_crashes 2
	check 'it went down with them' [ "$DOWN" -ge 1 ]
	for name in $CRASHES; do
		is_held_back "$name"
		types root 0 "$name: held back, not applied: the machine went down without a shutdown" 'journalctl -b -u ksplice'
	done
	types root 0 '^degraded$' 'systemctl is-system-running --wait || :'
	types root 0 '^1 loaded units|^ksplice.service' 'systemctl --failed'
	reports root 0 '[h["name"] for h in d["held_back"]] == ["crash-oops", "crash-panic"] and d["applied"] == []' \
		'ksplice status --json'
	# Who says so has it once more, and the other stays where it is.
	types root 0 'no longer held back' 'ksplice unhold crash-panic'
	switches_off reboot
	boots_after_crashes 1
	check 'it went down with that one' [ "$DOWN" -eq 1 ]
	is_held_back crash-oops
	is_held_back crash-panic
	reboots "$RELEASE"
	is_held_back crash-oops
	is_held_back crash-panic
}

# By hand, when somebody has said so: once more, and no more.
part_crash_by_hand() {
	types root 4 "'ksplice unhold crash-oops' allows it again" 'ksplice apply crash-oops'
	types root 0 'no longer held back' 'ksplice unhold crash-oops'
	crashes 'ksplice apply crash-oops; cat /proc/cmdline'
	boots_after_crashes 0
	is_held_back crash-panic
	is_held_back crash-oops
	types root 0 'no longer installed' 'ksplice uninstall crash-oops'
	types root 0 'no longer installed' 'ksplice uninstall crash-panic'
	types root 0 'is not applied|no longer held back' 'ksplice unhold crash-oops; ksplice unhold crash-panic'
}

# As a package, in the middle of apt: dpkg finds its way, and does not crash it again.
part_crash_in_apt() {
	local package=ksplice-update-crash-panic

	types root 0 '' 'mount -o ro /dev/vdb /mnt'
	crashes "while :; do uname; done >/dev/null & dpkg -i /mnt/archive-1/${package}_1.0_amd64.deb"
	boots_after_crashes 0
	is_held_back crash-panic
	types root 0 "$package" 'dpkg --audit'
	types root 0 'crash-panic is installed, but NOT APPLIED' 'dpkg --configure -a'
	types root 0 '^ii ' "dpkg -l $package"
	types root 0 '^$' 'dpkg --audit'
	is_held_back crash-panic
	types root 0 'crash-panic does not run any more' "dpkg --purge $package"
	types root 0 '^$' 'find /var/lib/ksplice -type f ! -name .lock' 'nothing of it is left'
}

# What forbids modules for good comes after what loads them.
part_modules_disabled() {
	types root 0 '' 'mount -o ro /dev/vdb /mnt'
	types root 0 'debian-fixes: installed' "ksplice install $KO"
	types root 0 '' 'echo kernel.modules_disabled=1 >/etc/sysctl.d/99-modules.conf'
	# The machine's own, for the test, would come later.
	types root 0 '' 'printf "virtio_console\nvirtio_rng\n" >/etc/modules-load.d/test.conf'
	reboots "$RELEASE"
	types root 0 '^1$' 'cat /proc/sys/kernel/modules_disabled'
	types root 0 '^applied$' "$STATE"
	types root 0 'debian-fixes: applied; the machine stood still' 'journalctl -b -u ksplice'
	types root 0 'its module stays loaded, and does nothing' 'ksplice undo debian-fixes'
	types root 0 '^debian-fixes +reversed +installed' 'ksplice list'
	types root 0 'debian-fixes: applied' 'ksplice apply debian-fixes'
	types root 0 '' 'rm /etc/sysctl.d/99-modules.conf'
	reboots "$RELEASE"
	types root 0 '^applied$' "$STATE"
	types root 0 'reversed' 'ksplice uninstall --now debian-fixes'
}

# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2016 # $ is for the guest's shell
#
# README and getting-started: a stock kernel, "apt install", "modprobe ksplice"; an update by hand.

# All whose name tells that it is ours; logs and apt's lists may.
LEFTOVERS='find / -xdev \( -path /var/log -o -path /var/lib/apt -o -path /root -o -path /home -o -path /srv -o -path /etc/apt \) -prune -o -iname "*kspl*" -print | grep -v ksplice-test-agent'

# The effects of the two changes in the update, see demo/changes: cp at the limit
# of a file's size is killed without reason, and old entries stay in an auxiliary
# vector.
COPY='cd /dev/shm && head -c 4096 /dev/urandom >original && rm -f copy; (ulimit -f 4; cp original copy); echo "exit code $?"; cmp original copy'

old_copy() {
	types root 0 '^exit code 153$' "$COPY" "$1: cp is killed at the limit"
}

new_copy() {
	types root 0 '^exit code 0$' "$COPY" "$1: cp succeeds at the limit"
}

old_auxv() {
	types root 0 'auxv: ([2-9]|[1-9][0-9])$' /mnt/stale-auxv "$1: old entries stay"
}

new_auxv() {
	types root 0 'auxv: 1$' /mnt/stale-auxv "$1: old entries are gone"
}

part_stock() {
	types root 0 '^0 loaded units' 'systemctl --failed' 'nothing has failed on the fresh machine'
	types root 0 '^0$' 'cat /proc/sys/kernel/tainted'
	types root 1 '^$' "$LEFTOVERS" 'it has never heard of ksplice'
	types root 0 '' 'mount -o ro /dev/vdb /mnt'
	old_copy 'the stock kernel'
	old_auxv 'the stock kernel'
}

part_install() {
	types root 0 'is already the newest version' 'apt install linux-headers-$(uname -r)'
	for_minutes 40 types root 0 'Setting up ksplice-tools' \
		'cd /mnt && apt install -y ./ksplice-dkms_*_all.deb ./ksplice-tools_*_amd64.deb'
	types root 0 "^ksplice/$VERSION, $(literal "$RELEASE"), x86_64: installed" 'dkms status'
	types root 0 "^ii +ksplice-dkms +$VERSION" 'dpkg -l ksplice-dkms'
	types root 0 "^ii +ksplice-tools +$VERSION" 'dpkg -l ksplice-tools'
	types root 0 '^$' 'dpkg --verify ksplice-tools ksplice-dkms'
	types root 0 '^core +none: ' 'ksplice status'
	types root 0 '' 'modprobe ksplice'
	types root 0 '' 'test -d /sys/kernel/ksplice'
	types root 0 '^enabled$' 'systemctl is-enabled ksplice.service'
	types root 0 '^applied +nothing$' 'ksplice status'
	types root 0 '^core +module ksplice$' 'ksplice status'
	types root 0 '^after a boot +what is installed for the kernel comes back' 'ksplice status'
	part_documentation
}

part_documentation() {
	local page

	for page in ksplice kspl-build kspl-objdiff; do
		types user 0 '^NAME' "man $page"
	done
	types user 0 'admin-guide.rst' 'ls /usr/share/doc/ksplice-tools'
	types user 0 '^complete .*_ksplice ksplice' \
		'. /usr/share/bash-completion/bash_completion; _completion_loader ksplice; complete -p ksplice'
	types user 2 'usage: kspl-objdiff' 'kspl-objdiff'
	types user 0 'replaced:' 'kspl-objdiff inspect /mnt/updates/ksplice-debian-fixes.ko'
	types user 0 '^usage: kspl-build' 'kspl-build --help'
	types user 0 "^kspl-build $VERSION\$" 'kspl-build --version'
	types user 2 'no patch given' 'kspl-build'
	types user 1 'some packages are missing: .*flex' \
		'cp /mnt/fix-foo.patch . && kspl-build -n fix-foo fix-foo.patch'
}

# getting-started, "Use it on your own kernel", from insmod on; the guide's "By hand"
part_by_hand() {
	local d=/sys/kernel/ksplice/debian-fixes

	types root 0 '' 'insmod /mnt/updates/ksplice-debian-fixes.ko'
	types root 0 '^ready$' "cat $d/state"
	types root 0 'ksplice: debian-fixes: ready, the code of 1 of 1 function' 'dmesg | tail -n 1'
	old_copy 'loaded by hand'
	types root 0 '' "echo 1 > $d/enabled"
	types root 0 '^applied$' "cat $d/state"
	types root 0 '^1$' "cat $d/enabled"
	types root 0 '^ok$' "cat $d/abort_cause"
	types root 0 '^1$' "cat $d/vmlinux/patched"
	new_copy 'applied by hand'
	types root 1 'Invalid argument' "echo 1 > $d/enabled" 'echo 1 once more: invalid'
	types root 1 'in use' 'rmmod ksplice_debian_fixes'
	# The bits of K, O and E
	types root 0 '^45056$' 'cat /proc/sys/kernel/tainted' 'the kernel is tainted: K, O, E'
	types root 0 '' "echo 0 > $d/enabled"
	types root 0 '^reversed$' "cat $d/state"
	old_copy 'taken back by hand'
	types root 0 '' 'rmmod ksplice_debian_fixes'
	types root 2 '' "ls -d $d"
	types root 0 'ksplice_done' 'ls /sys/kernel/tracing/events/ksplice'
}

# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2153 # OTHER is run.sh's
#
# ksplice(8): each command, as root and as an ordinary user; exit codes.

KO=/mnt/updates/ksplice-debian-fixes.ko

part_commands() {
	types root 0 '^debian-fixes: matches the running kernel, and none of [0-9]+ sleeping threads is in the way$' "ksplice check $KO"
	reports root 0 'd["command"] == "check" and d["matches"] and d["busy"] == [] and d["result"] == "done" and d["exit"] == 0 and d["errors"] == []' \
		"ksplice check --json $KO"
	types root 2 '' 'ls -d /sys/kernel/ksplice/*/' 'check leaves nothing loaded'
	types root 0 '^debian-fixes: for kernel .*, which is running$' "ksplice show $KO"
	types root 0 'replaces vmlinux:vfs_copy_file_range' "ksplice show $KO"
	reports root 0 'd["file"]["name"] == "debian-fixes" and d["file"]["functions"]' "ksplice show --json $KO"
	types root 0 '^debian-fixes: applied; the machine stood still for [0-9.]+ ms$' "ksplice apply $KO"
	new_copy 'ksplice apply'
	types root 3 'is applied already' "ksplice apply $KO"
	types root 3 'is applied already' 'ksplice apply debian-fixes'
	types root 3 'is applied' "ksplice check $KO"
	types root 0 '^debian-fixes +applied' 'ksplice list'
	reports root 0 'd["updates"][0]["name"] == "debian-fixes" and d["updates"][0]["applied"]' 'ksplice list --json'
	types root 0 'last change: ok; 1 attempt' 'ksplice show debian-fixes'
	reports root 0 'd["update"]["state"] == "applied" and d["update"]["stops"] == 1' 'ksplice show --json debian-fixes'
	types root 0 '^applied +debian-fixes$' 'ksplice status'
	reports root 0 'd["applied"] == ["debian-fixes"] and d["core"] == "module" and d["service_enabled"]' 'ksplice status --json'
	types root 0 '^ksplice_update_applied\{name="debian-fixes"\} 1$' 'ksplice metrics'
	part_metrics
	part_undo
}

part_metrics() {
	local dir=/var/lib/prometheus/node-exporter

	types root 0 '' "mkdir -p $dir"
	types root 0 '' "ksplice metrics --output $dir/ksplice.prom"
	types root 0 "^ksplice_core\\{release=\"$(literal "$RELEASE")\"\\} 1\$" "cat $dir/ksplice.prom"
	types root 0 '^ksplice.prom$' "ls -A $dir"
	types root 0 '' 'rm -r /var/lib/prometheus'
}

part_undo() {
	types root 0 '^debian-fixes: reversed; the machine' 'ksplice undo --keep debian-fixes'
	old_copy 'ksplice undo --keep'
	types root 0 '^debian-fixes +reversed' 'ksplice list'
	types root 3 'is not applied' 'ksplice undo --keep debian-fixes'
	reports root 0 'd["update"]["enabled"]' 'ksplice apply --json --timeout 20 debian-fixes'
	types root 0 '^$' 'ksplice undo -q debian-fixes >/dev/null' 'ksplice -q says nothing on stderr'
	types root 1 '' 'grep ksplice_debian_fixes /proc/modules'
	types root 3 'is not loaded, so there is nothing to undo' 'ksplice undo debian-fixes'
	types root 0 'applied; the machine' "ksplice apply --wait $KO"
	reports root 0 'd["update"]["state"] == "reversed"' 'ksplice undo --json debian-fixes'
	old_copy 'ksplice undo'
}

# Wrong usage
part_misuse() {
	local command

	types root 2 '^usage: ksplice' 'ksplice'
	types root 0 '^exit: 0 done, 1 failed' 'ksplice --help'
	types root 0 "^ksplice $VERSION\$" 'ksplice --version'
	types root 2 'there is no such command' 'ksplice frobnicate'
	for command in apply 'apply a b' check undo show install uninstall 'status x' 'list x'; do
		types root 2 'what now: ' "ksplice $command"
	done
	types root 2 'needs a number of seconds' "ksplice apply --timeout soon $KO"
	types root 2 'from 0 to 3600' "ksplice apply --timeout 3601 $KO"
	types root 2 'does not have that option' 'ksplice list --now'
	types root 2 'what now: ' 'ksplice status --bogus'
	types root 2 'metrics are not JSON' 'ksplice metrics --json'
	part_bad_files
	part_without_core
}

part_bad_files() {
	types root 1 'what now: ' 'ksplice apply /mnt/none.ko'
	types root 4 'not a kernel module' 'ksplice apply /etc/passwd'
	types root 4 'what now: ' "head -c 20000 $KO >short.ko; ksplice apply ./short.ko"
	types root 4 "it is for kernel $(literal "$OTHER"), and this is $(literal "$RELEASE")" \
		'ksplice apply /mnt/updates/ksplice-version.ko'
	reports root 4 'd["result"] == "refused" and d["errors"][0]["cause"] == "other_kernel" and d["errors"][0]["what_now"]' \
		'ksplice check --json /mnt/updates/ksplice-version.ko'
	types root 1 'Invalid module format' 'insmod /mnt/updates/ksplice-version.ko'
	types root 0 'disagrees about version of symbol module_layout' 'dmesg | tail -n 1'
	types root 2 '' 'ls -d /sys/kernel/ksplice/*/' 'nothing of these is loaded'
}

part_without_core() {
	types root 0 '' 'modprobe -r ksplice'
	types root 1 'Unknown symbol in module' "insmod $KO"
	types root 0 'Unknown symbol ksplice_abi_[0-9]+' 'dmesg | tail -n 3'
	types root 1 'modprobe ksplice' "ksplice check $KO"
	types root 0 '^debian-fixes: applied' "ksplice apply $KO" 'ksplice apply loads the core'
}

# Anybody may look, nobody else may change.
part_user() {
	local d=/sys/kernel/ksplice/debian-fixes command

	types user 0 '^applied +debian-fixes$' 'ksplice status'
	types user 0 '^debian-fixes +applied' 'ksplice list'
	types user 0 'replaces vmlinux' 'ksplice show debian-fixes'
	types user 0 'replaces vmlinux' "ksplice show $KO"
	types user 0 '^ksplice_core' 'ksplice metrics'
	types user 1 'what now: run this as root' 'ksplice undo debian-fixes'
	types user 1 'what now: run this as root' "ksplice install $KO"
	for command in check apply; do
		types user 1 'what now: run this as root' "ksplice $command /mnt/updates/ksplice-vfork.ko"
	done
	types user 1 'Permission denied' "echo 0 > $d/enabled"
	types user 1 'Permission denied' "cat $d/conflicts"
	types root 0 '^applied$' "cat $d/state"
	types root 0 'reversed; the machine' 'ksplice undo debian-fixes'
}

# Who is in the way
part_busy() {
	local vfork=/mnt/updates/ksplice-vfork.ko

	vforker
	types root 0 'would be in the way now: [0-9]+ vforker kernel_clone' "ksplice check $vfork"
	types root 1 'in the way: [0-9]+ vforker kernel_clone' "ksplice apply --timeout 3 $vfork"
	types root 1 'waiting, [0-9]+ s; in the way: [0-9]+ vforker' "ksplice apply --timeout 3 $vfork" \
		'ksplice apply tells for whom it waits'
	types root 1 'what now: [0-9]+ is in a wait that no signal ends, or only KILL: .*try again' \
		"ksplice apply --timeout 1 $vfork"
	reports root 1 'd["errors"][0]["cause"] == "code_busy" and "vforker kernel_clone" in d["errors"][0]["conflicts"][0]' \
		"ksplice apply --json --timeout 1 $vfork"
	types root 2 '' 'ls -d /sys/kernel/ksplice/vfork' 'what could not be applied does not stay loaded'
	types root 0 '^vfork: applied' "(sleep 5; pkill -x vforked) >/dev/null 2>&1 & ksplice apply --wait $vfork" \
		'ksplice apply --wait: until it has left'
	types root 0 '^vfork: reversed' 'ksplice undo vfork'
}

vforker() {
	types root 0 '^vforked$' "setsid /mnt/vforker 3600 >/dev/null 2>&1 & sleep 2; pgrep -lx vforked | cut -d' ' -f2" \
		'a program sits in kernel_clone()'
}

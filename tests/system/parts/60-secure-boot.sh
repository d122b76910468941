# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2016,SC2153 # $ is for the guest's shell; RELEASE is run.sh's
#
# "Signatures, Secure Boot, lockdown" of Documentation/security.rst, on a machine
# that has it: from dkms's module, which nobody has allowed yet, to updates of an
# author whom this machine's owner trusts.

part_secure_boot() {
	types root 0 '^SecureBoot enabled$' 'mokutil --sb-state'
	types root 0 '\[integrity\]' 'cat /sys/kernel/security/lockdown'
	types root 0 '' 'mount -o ro /dev/vdb /mnt'
	types root 0 '^signer: +.*DKMS' 'modinfo ksplice' 'dkms has signed the core'
}

# The key is not enrolled: whoever types this has to learn of it.
part_not_enrolled() {
	types root 1 'Key was rejected by service' 'modprobe ksplice'
	types root 1 'what now: .*mokutil --import /var/lib/dkms/mok.pub' 'ksplice apply /mnt/updates/ksplice-signed.ko'
	reports root 1 'd["errors"][0]["cause"] == "core_not_trusted"' \
		'ksplice apply --json /mnt/updates/ksplice-signed.ko'
	types root 4 'it is not signed, and the kernel is locked down \(Secure Boot\)' "ksplice apply $KO"
	types root 2 '' 'ls -d /sys/kernel/ksplice'
	types root 0 '' 'mokutil --generate-hash=secret >hash'
	types root 0 '' 'mokutil --import /var/lib/dkms/mok.pub /mnt/keys/author.der --hash-file hash'
	types root 0 'CN ?= ?ksplice test, author' 'mokutil --list-new'
}

# At the machine: "View key 0", "View key 1", "Continue"
enrols_two() {
	printf '# somebody enrols the keys at the console\n'
	switches_off reboot
	vm_start "$RELEASE" >"$VM/boot.log" 2>&1 || bail "$(cat "$VM/boot.log")"
	enrols secret down down enter >"$VM/boot.log" 2>&1 || bail "$(cat "$VM/boot.log")"
	boots "$RELEASE"
}

part_enrolled() {
	types root 0 '' 'mount -o ro /dev/vdb /mnt'
	types root 0 'CN ?= ?ksplice test, author' 'mokutil --list-enrolled'
	types root 0 '' 'modprobe ksplice' "the core, signed with dkms's key, loads"
	types root 0 'signed: matches the running kernel' 'ksplice check /mnt/updates/ksplice-signed.ko'
	types root 0 'signed: applied; the machine' 'ksplice apply /mnt/updates/ksplice-signed.ko'
	types root 0 '^hot-updated$' 'cat /proc/version'
	types root 0 'signed: reversed' 'ksplice undo signed'
	part_refused
	part_bent
	types root 0 'signed: installed' 'ksplice install /mnt/updates/ksplice-signed.ko'
}

part_refused() {
	local word

	for word in check apply; do
		types root 4 'it is not signed, and the kernel is locked down \(Secure Boot\)' "ksplice $word $KO"
		types root 4 'what now: sign it with a key that this kernel trusts \(kspl-build --sign-key' "ksplice $word $KO"
		types root 4 'kernel: Loading of module with unavailable key is rejected|kernel: Lockdown|not trust|does not have the key' \
			"ksplice $word /mnt/updates/stranger.ko"
		types root 4 'what now: sign it with a key that this kernel trusts \(kspl-build --sign-key .*mokutil --import' \
			"ksplice $word /mnt/updates/stranger.ko"
	done
	reports root 4 'd["errors"][0]["cause"] == "not_signed"' "ksplice apply --json $KO"
	reports root 4 'd["errors"][0]["cause"] == "key_rejected"' 'ksplice apply --json /mnt/updates/stranger.ko'
	types root 1 '' "insmod $KO"
	types root 1 'Key was rejected by service' 'insmod /mnt/updates/stranger.ko'
	types root 1 '' 'ls /sys/kernel/ksplice | grep .' 'nothing of these is loaded'
}

# The checksum at the end of the code is under the signature: both tell of a change.
part_bent() {
	reports root 0 'd["file"]["code_checksum"] and d["file"]["signature"] == "not_verified"' 'ksplice show --json /mnt/updates/ksplice-signed.ko'
	types root 0 '' "sed 's/hot-updated/HOT-updated/' /mnt/updates/ksplice-signed.ko >bent.ko && ! cmp -s bent.ko /mnt/updates/ksplice-signed.ko"
	types root 4 'damaged: the checksum at its end is wrong' 'ksplice apply ./bent.ko'
	types root 1 'Key was rejected by service|Bad message' 'insmod ./bent.ko'
	types root 1 '' 'ls /sys/kernel/ksplice | grep .' 'nothing of it is loaded'
}

# The unit loads the core and the update by itself.
part_secure_after_reboot() {
	types root 0 '^SecureBoot enabled$' 'mokutil --sb-state'
	types root 0 '^active$' 'systemctl is-active ksplice.service'
	types root 0 '^hot-updated$' 'cat /proc/version'
	types root 0 '^applied +signed$' 'ksplice status'
	types root 0 '^0 loaded units' 'systemctl --failed'
	# O and K, and not E: all that is loaded is signed by somebody who is known.
	types root 0 '^36864$' 'cat /proc/sys/kernel/tainted' 'the kernel is tainted: O, K'
}

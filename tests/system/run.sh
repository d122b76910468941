#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC2317 # functions are called by name
#
# Machines with the stock Debian of this machine, each booted several times:
#
#	documented	what README, manual pages and the administrator's guide say,
#			typed as a new user would: installing, updating the kernel,
#			rebooting, another kernel, apt upgrade, removal
#	crash		updates that panic, at boot, by hand, in apt
#	power		the power fails, KSPL_POWER_CUTS times (20)
#	secure_boot	UEFI with Secure Boot, from a key that nobody knows on
#	packages	dpkg is killed at each of its steps
#
# make test-system; T='crash power': only those. Each part begins where the one
# before has left its machine. What was typed, and what came back, is in
# build/test/system.transcript, the consoles in build/system/vm/.
# KSPL_VERSION, KSPL_NEWER	the machine's kernel, and that of its upgrade

set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "$0")/../../scripts/lib.sh"
# shellcheck source=tests/lib.sh
. "$REPO/tests/lib.sh"
cd "$REPO"
here=tests/system
OUT=$REPO/build/system
VM=$OUT/vm
mkdir -p "$VM" build/test
# shellcheck source=tests/system/vm.sh
. "$here/vm.sh"
# shellcheck source=tests/system/uefi.sh
. "$here/uefi.sh"
# shellcheck source=tests/system/typed.sh
. "$here/typed.sh"
for part in "$here"/parts/*.sh; do
	# shellcheck source=/dev/null
	. "$part"
done

trap 'vm_kill; cp "$TRANSCRIPT" build/test/system.transcript 2>/dev/null || :' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

older=$(scripts/debian-versions --older)
newer=$(scripts/debian-versions --newer)
[ "$older" != "$newer" ] || die "apt has no linux-source-$KSPL_SERIES newer than $older; KSPL_VERSION and KSPL_NEWER name versions"
# shellcheck disable=SC2034 # of the parts
VERSION=$(cat VERSION) NEXT=$(cat VERSION).1
RELEASE=$(debian_release "$older")
OTHER=$(debian_release "$newer")

make_stick() {
	say "making the packages; build/system/packages.log"
	"$here/make-packages" "$older" "$newer" "$OUT/stick" >"$OUT/packages.log" 2>&1 || {
		tail -n 20 "$OUT/packages.log" >&2
		die 'the packages could not be made'
	}
	rm -f "$STICK"
	mke2fs -q -t ext4 -L stick -d "$OUT/stick" "$STICK" 128M
}

machine_documented() {
	vm_new "$IMAGE/disk.img"
	boots "$RELEASE"
	part_stock
	part_install
	part_units
	part_by_hand
	part_commands
	part_misuse
	part_user
	part_store
	part_busy
	part_package
	kernel_is_content
	reboots "$RELEASE"
	part_after_reboot
	part_upgrade
	part_other_package
	part_new_kernel
	part_settled
	kernel_is_content
	reboots "$OTHER"
	part_other_kernel
	kernel_is_content
	reboots "$RELEASE"
	part_left_out
	reboots "$RELEASE" ksplice.enable=0
	part_switched_off
	part_removal
	part_purge
	kernel_is_content
	reboots "$RELEASE"
	part_clean
	switches_off
}

# What the machines below begin with: our packages are there, and no update.
installed_disk() {
	[ ! -f "$INSTALLED" ] || return 0
	say 'installing the packages on a disk; build/system/installed.log'
	"$here/make-installed" "$IMAGE/disk.img" "$OUT/stick" "$INSTALLED" >"$OUT/installed.log" 2>&1 || {
		tail -n 20 "$OUT/installed.log" >&2
		die 'the packages could not be installed'
	}
}

machine_crash() {
	installed_disk
	vm_new "$INSTALLED"
	boots "$RELEASE"
	types root 0 '' 'mount -o ro /dev/vdb /mnt'
	part_crash_at_boot
	part_crash_by_hand
	part_crash_in_apt
	part_modules_disabled
	switches_off
}

machine_power() {
	installed_disk
	vm_new "$INSTALLED"
	boots "$RELEASE"
	part_power_cuts
	switches_off
}

machine_secure_boot() {
	installed_disk
	vm_new "$INSTALLED"
	uefi_new || die "the boot loader's packages are not to be had"
	boots "$RELEASE"
	part_secure_boot
	part_not_enrolled
	enrols_two
	part_enrolled
	reboots "$RELEASE"
	part_secure_after_reboot
	kernel_is_content
	switches_off
}

machine_packages() {
	installed_disk
	vm_new "$INSTALLED"
	boots "$RELEASE"
	part_units
	part_killed
	switches_off
}

machines=(documented crash power secure_boot packages)
[ $# -eq 0 ] || read -r -a machines <<<"$*"
for m in "${machines[@]}"; do
	declare -F "machine_$m" >/dev/null || usage_error "there is no machine '$m'; see $0"
done

: >"$TRANSCRIPT"
rm -f "$VM"/console.*
make_stick
IMAGE=$("$here/make-image" "$older" "$newer")
INSTALLED=$OUT/installed.img
rm -f "$INSTALLED"
for m in "${machines[@]}"; do
	printf '# machine: %s\n' "$m"
	vm_note "machine: $m"
	"machine_$m"
done
cp "$TRANSCRIPT" build/test/system.transcript
printf '# all that was typed: build/test/system.transcript\n'
done_testing

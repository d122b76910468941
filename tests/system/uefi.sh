# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2034,SC2153 # of vm.sh, which this is a part of
#
# The machine with Secure Boot, as a PC is sold: firmware that knows Microsoft's
# keys, Debian's signed shim, GRUB and kernel, and a MOK list that is empty until
# somebody enrols a key at the console. To be sourced after vm.sh.

FIRMWARE=/usr/share/OVMF/OVMF_CODE_4M.secboot.fd
VARIABLES=/usr/share/OVMF/OVMF_VARS_4M.ms.fd
ESP=$VM/esp

# candidate PACKAGE: the version that apt would install
candidate() {
	apt-cache policy "$1" | sed -n 's/^  Candidate: //p'
}

# signed_by_debian PACKAGE: unpacked, in $VM/boot
signed_by_debian() {
	dpkg-deb -x "$(scripts/get-deb "$1" "$(candidate "$1")")" "$VM/boot"
}

# From now on the machine boots by its firmware, which has just been bought.
uefi_new() {
	local p

	rm -rf "$ESP" "${VM:?}/boot"
	mkdir -p "$ESP/EFI/BOOT" "$ESP/EFI/debian" "$VM/boot"
	for p in shim-signed shim-helpers-amd64-signed grub-efi-amd64-signed; do
		signed_by_debian $p || return 1
	done
	cp "$VM/boot/usr/lib/shim/shimx64.efi.signed" "$ESP/EFI/BOOT/BOOTX64.EFI"
	cp "$VM/boot/usr/lib/shim/mmx64.efi.signed" "$ESP/EFI/BOOT/mmx64.efi"
	cp "$VM/boot/usr/lib/grub/x86_64-efi-signed/grubx64.efi.signed" "$ESP/EFI/BOOT/grubx64.efi"
	cp "$VARIABLES" "$VM/variables.fd"
	UEFI=1
}

# by_firmware RELEASE COMMAND_LINE
by_firmware() {
	cat >"$ESP/EFI/debian/grub.cfg" <<END
set timeout=0
search --no-floppy --label debian --set=root
linux /boot/vmlinuz-$1 $2
initrd /boot/initrd.img-$1
boot
END
	BOOT=(-machine "q35,smm=on" -global "driver=cfi.pflash01,property=secure,value=on"
		-global ICH9-LPC.disable_s3=1
		-drive "if=pflash,format=raw,unit=0,readonly=on,file=$FIRMWARE"
		-drive "if=pflash,format=raw,unit=1,file=$VM/variables.fd"
		-drive "file=fat:$ESP,format=raw,if=virtio,readonly=on")
}

# shows REGEX SECONDS: on the console, behind what was seen there before
shows() {
	local end=$((SECONDS + $2)) text

	while [ $SECONDS -lt $end ]; do
		text=$(tail -c +$((SEEN + 1)) "$CONSOLE" | tr -d '\0')
		if grep -qE -- "$1" <<<"$text"; then
			SEEN=$(stat -c %s "$CONSOLE")
			return 0
		fi
		vm_alive || break
		sleep 0.5
	done
	echo "the console does not show /$1/"
	tail -c 1000 "$CONSOLE" | tr -cd '[:print:]\n'
	return 1
}

# presses KEY...
presses() {
	local key

	for key in "$@"; do
		case $key in
		enter) key=$'\r' ;;
		down) key=$'\e[B' ;;
		esac
		printf '%s' "$key" >&"$KEYBOARD"
		# The keys of an escape sequence are told from others by time.
		sleep 2
	done
}

# enrols PASSWORD KEY...: in shim's MokManager, which asks at the next boot, as
# somebody at the machine does; KEY... leads to "Continue" in the list of what is
# to be enrolled. It ends with a reboot, which is QEMU's end.
enrols() {
	SEEN=0
	shows 'Press any key to perform MOK management' "$BOOT_SECONDS" &&
		presses enter &&
		shows 'Enroll MOK' 60 && presses down enter &&
		shows 'Continue' 60 && presses "${@:2}" &&
		shows 'Enroll the key' 60 && presses down enter &&
		shows 'assword' 60 && presses "$1" enter &&
		shows 'Reboot' 60 && presses enter &&
		vm_wait_off
}

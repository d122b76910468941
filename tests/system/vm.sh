# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# The machine of the test: boots, types commands in it, reads what they print
# and how they end. To be sourced; VM is a directory of its own.
#
# Its disk is a copy of another one, and keeps what happens from one boot to the
# next. What a boot loader would do, debugfs does here: take kernel and initramfs
# from the disk. With Secure Boot it is Debian's boot loader that does it, see
# uefi.sh.

: "${VM:?}"
DISK=$VM/disk.img
STICK=$VM/stick.img
TRANSCRIPT=$VM/transcript
# What scripts in the machine tell at once, also if that is their last word
LOG=$VM/log
QEMU_PID=
UEFI=
PATH=$PATH:/usr/sbin:/sbin

# A boot, a command; without KVM on a busy machine
BOOT_SECONDS=900
SECONDS_EACH=${SECONDS_EACH:-300}

# vm_new DISK: one with a copy of that disk
vm_new() {
	cp --sparse=always "$1" "$DISK"
	UEFI=
	vm_pipes
}

# New ones for each boot: nothing of the one before is left in them. Opened for
# both, so that no open waits for the other side.
vm_pipes() {
	rm -f "$VM"/port.* "$VM/keyboard"
	mkfifo "$VM/port.in" "$VM/port.out" "$VM/keyboard"
	[ ! "${PORT_IN:-}" ] || exec {PORT_IN}>&- {PORT_OUT}>&- {KEYBOARD}>&-
	exec {PORT_IN}<>"$VM/port.in" {PORT_OUT}<>"$VM/port.out" {KEYBOARD}<>"$VM/keyboard"
}

vm_note() {
	printf '\n=== %s\n' "$*" >>"$TRANSCRIPT"
}

# take FILE TO: off the disk, while the machine is off. With -c also if that has been
# pulled from under a file system, which the machine itself is to repair.
take() {
	rm -f "$2"
	debugfs -c -R "dump $1 $2" "$DISK" >/dev/null 2>&1
	[ -s "$2" ]
}

accel() {
	if grep -qwE 'vmx|svm' /proc/cpuinfo && [ -w /dev/kvm ]; then
		printf '%s\n' -accel kvm -cpu host
	else
		# As in vm/run, which says why
		printf '%s\n' -accel tcg,thread=single -cpu max,la57=off
	fi
}

# qemu ARGUMENT...: the machine, and what is said on its console
qemu() {
	local accel

	mapfile -t accel < <(accel)
	exec timeout -k 5 7200 qemu-system-x86_64 -nodefaults -no-user-config -no-reboot \
		-display none -m 2G -smp 2 "${accel[@]}" \
		-drive "file=$DISK,format=raw,if=virtio,cache=unsafe" \
		-drive "file=$STICK,format=raw,if=virtio,readonly=on" \
		-chardev stdio,id=console,signal=off -serial chardev:console \
		-device virtio-rng-pci -device virtio-serial-pci \
		-chardev "pipe,id=port,path=$VM/port" \
		-device virtserialport,chardev=port,name=ksplice.test \
		-chardev "file,id=log,path=$LOG" \
		-device virtserialport,chardev=log,name=ksplice.log "$@"
}

# direct RELEASE COMMAND_LINE: what boots it without a boot loader
direct() {
	if ! take "/boot/vmlinuz-$1" "$VM/vmlinuz" ||
	   ! take "/boot/initrd.img-$1" "$VM/initrd"; then
		echo "the disk has no $1"
		return 1
	fi
	BOOT=(-machine q35 -kernel "$VM/vmlinuz" -initrd "$VM/initrd" -append "$2")
}

# vm_start RELEASE [ARGUMENTS]: of the kernel's command line
vm_start() {
	local line="root=/dev/vda ro console=ttyS0 no_timer_check panic=-1 oops=panic ${2:-}"

	BOOT=()
	if [ "$UEFI" ]; then
		by_firmware "$1" "$line"
	else
		direct "$1" "$line"
	fi || return 1
	BOOTS=$((${BOOTS:-0} + 1))
	CONSOLE=$VM/console.$BOOTS
	vm_note "boot $BOOTS, of $1 ${2:-}"
	vm_pipes
	qemu "${BOOT[@]}" <"$VM/keyboard" >"$CONSOLE" 2>"$VM/qemu.log" \
		{PORT_IN}>&- {PORT_OUT}>&- {KEYBOARD}>&- &
	QEMU_PID=$!
}

# Until it is up: its agent has said so
vm_up() {
	local word=''

	! answered $BOOT_SECONDS || read -r -u "$PORT_OUT" word
	[ "$word" = ready ] || {
		cat "$VM/qemu.log"
		tail -n 20 "$CONSOLE" | tr -d '\r'
		return 1
	}
}

vm_boot() {
	vm_start "$@" && vm_up
}

vm_alive() {
	[ "$QEMU_PID" ] && kill -0 "$QEMU_PID" 2>/dev/null
}

vm_kill() {
	! vm_alive || kill "$QEMU_PID"
	QEMU_PID=
}

# The power fails: what the disk has not got is lost.
vm_cut() {
	local qemu

	# timeout(1) is its parent.
	qemu=$(pgrep -P "$QEMU_PID") || return 1
	kill -KILL "$qemu"
	wait "$QEMU_PID" 2>/dev/null || :
	QEMU_PID=
}

# Until it is off: 'reboot' and 'poweroff' end QEMU both.
vm_wait_off() {
	local i

	for ((i = 0; i < BOOT_SECONDS; i++)); do
		vm_alive || {
			QEMU_PID=
			return 0
		}
		sleep 1
	done
	echo "the machine is not off after $BOOT_SECONDS s"
	return 1
}

# answered SECONDS: until there is a line to read
answered() {
	local end=$((SECONDS + $1))

	while [ $SECONDS -lt $end ]; do
		! read -r -t 0 -u "$PORT_OUT" || return 0
		vm_alive || break
		sleep 0.1
	done
	echo 'the machine does not answer'
	return 1
}

# guest USER COMMAND: as typed by that user; prints what it printed, returns its
# exit code: 124 when it took longer than SECONDS_EACH, 125 without a machine
guest() {
	local id=$EPOCHREALTIME answer='' code out err

	vm_alive || { echo 'the machine is off'; return 125; }
	printf '%s %s %d x%s\n' "$id" "$1" "$SECONDS_EACH" "$(base64 -w 0 <<<"$2")" >&"$PORT_IN"
	# What is left of one that came too late is passed over.
	while [ "$answer" != "$id" ]; do
		answered $((SECONDS_EACH + 60)) || return 125
		read -r -u "$PORT_OUT" answer code out err
	done
	transcribe "$1" "$2" "$code" "$out" "$err"
	base64 -d <<<"${out#x}"
	base64 -d <<<"${err#x}" >&2
	return "$code"
}

transcribe() {
	local prompt='$'

	[ "$1" != root ] || prompt='#'
	{
		printf '%s %s\n' "$prompt" "$2"
		base64 -d <<<"${4#x}"
		base64 -d <<<"${5#x}"
		[ "$3" -eq 0 ] || printf '[exit code %d]\n' "$3"
	} >>"$TRANSCRIPT"
}

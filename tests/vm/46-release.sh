#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC2317 # functions are called by name
#
# A made-up release of the kernel as one update: fixes of two halves, some of which
# can't be had. In the guest each is there whole, or not at all.

set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "$0")/../../scripts/lib.sh"
# shellcheck source=tests/lib.sh
. "$REPO/tests/lib.sh"
OUT=$REPO/build/test-release

# Is a network device bound that comes while its bus's drivers_autoprobe is 0?
unasked() {
	local bus=/sys/bus/virtio device path bound

	for device in "$bus"/devices/*; do
		[ "$(cat "$device/device")" != 0x0001 ] || break
	done
	path=$(readlink -f "$device/..")
	echo 0 >$bus/drivers_autoprobe
	echo 1 >"$path/remove"
	echo 1 >/sys/bus/pci/rescan
	bound=$([ -e "$device/driver" ] && echo bound || echo unbound)
	echo 1 >$bus/drivers_autoprobe
	echo "${device##*/}" >$bus/drivers_probe
	[ -e "$device" ] && [ "$bound" = unbound ]
}

# Does each of six changes of the mounts end a poll()?
polled() {
	mkdir -p /tmp/release
	python3 - <<'END'
import select, subprocess, sys
mounts = open("/proc/self/mounts", encoding="utf-8")
mounts.read()
poll = select.poll()
poll.register(mounts, select.POLLERR | select.POLLPRI)
poll.poll(0)
seen = 0
for n in range(6):
    subprocess.run(["umount", "/tmp/release"] if n % 2 else ["mount", "-t", "tmpfs", "none", "/tmp/release"], check=True)
    seen += bool(poll.poll(0))
    mounts.seek(0)
    mounts.read()
sys.exit(seen != 6)
END
}

# May nobody set the clock?
clock_is_root() { ! setpriv --reuid 65534 --regid 65534 --clear-groups date -s '2030-01-01'; }

whole() {
	check "$1: a device stays unbound where its bus says so" unasked
	check "$1: each change of the mounts is seen" polled
	check "$1: the clock is not everybody's" clock_is_root
}

if [ "${1:-}" = --guest ]; then
	cd "$OUT"
	whole "before"
	insmod ./ksplice-release.ko
	echo 1 >/sys/kernel/ksplice/release/enabled
	check "the small fix is in" grep -q '^ksplice ' /proc/cmdline
	whole "with it"
	echo 0 >/sys/kernel/ksplice/release/enabled
	check "the small fix is out" exits 1 grep -q '^ksplice ' /proc/cmdline
	whole "undone"
	check "no complaint" exits 1 bash -c "dmesg | grep -E 'WARNING|BUG:|Oops'"
	done_testing
	exit
fi

version=$("$REPO/scripts/debian-versions" --older)
B=$("$REPO/vm/build-kernel" series "$version")
tree=$CACHE/tree/$version
make -s -C "$REPO/tools/kspl-objdiff"
rm -rf "$OUT"
mkdir -p "$OUT"
new=$(mktemp -d --tmpdir="$CACHE")
trap 'rm -rf "$new"' EXIT
cp -al "$tree/." "$new"

# change FILE SED: in the new tree; the old one has the same file
change() {
	sed "$2" "$tree/$1" >"$new/$1.new"
	mv -f "$new/$1.new" "$new/$1"
	! cmp -s "$tree/$1" "$new/$1" || die "$1 has no such line any more"
}
# a check moves from one file to another, which it is a new function's of
change drivers/base/bus.c '/^	if (sp->drivers_autoprobe)$/{N;s/.*\n	//}'
change drivers/base/dd.c '/^void device_initial_probe/,/^}/s/^	__device_attach(dev, true);/	struct subsys_private *sp = bus_to_subsys(dev->bus);\n\n	if (!sp)\n		return;\n	if (sp->drivers_autoprobe)\n		__device_attach(dev, true);\n	subsys_put(sp);/'
# a member holds another encoding
change fs/namespace.c 's/^\(		ns->event = ++event\);/\1 << 1;/'
change fs/proc_namespace.c 's/^\(	event = READ_ONCE(ns->event)\);/\1 >> 1;/;s/^\(	m->poll_event = ns->event\);/\1 >> 1;/'
# a check moves to one that needs a new member
change include/linux/timekeeper_internal.h 's/^	u32			skip_second_overflow;/&\n	u64			times_set;/'
change kernel/time/time.c '/^int do_sys_settimeofday64/,/^}/s/^	error = security_settime64(tv, tz);/	error = tv ? 0 : security_settime64(tv, tz);/'
change kernel/time/timekeeping.c '/^int do_settimeofday64/,/^}/s/^	raw_spin_lock_irqsave(&timekeeper_lock, flags);/	ret = security_settime64(ts, NULL);\n	if (ret)\n		return ret;\n	tk->times_set++;\n&/;s/^#include <linux.audit.h>/&\n#include <linux\/security.h>/'
# half of it is boot code
change fs/proc/loadavg.c 's/^static int loadavg_proc_show/static int loadavg_result = 1;\n\n&/;s/^	return 0;/	return loadavg_result;/;s/^	pde = proc_create_single.*/	loadavg_result = 0;\n&/'
# and one of its own
change fs/proc/cmdline.c 's/^	seq_puts(m, saved_command_line);/	seq_puts(m, "ksplice ");\n&/'

check "an update is made" "$REPO/tools/kspl-build/kspl-build" -s "$tree" -b "$B" --to "$new" --partial -n release -o "$OUT" --json "$OUT/report.json"
# fate FATE FUNCTION...: of the one fix that they are in
fate() {
	jq -e --arg fate "$1" '[.fixes[] | select(.functions as $f | $ARGS.positional | all(. as $n | $f | index($n)))] |
		length == 1 and .[0].fate == $fate' "$OUT/report.json" --args "${@:2}"
}
check "... a check that moves: whole" fate taken bus_probe_device device_initial_probe
check "... an encoding: whole" fate taken touch_mnt_namespace mounts_poll mounts_open_common
check "... a small fix" fate taken cmdline_proc_show
check "... a check that can't move: not at all" fate left_out do_sys_settimeofday64 do_settimeofday64
check "... half of it boot code: not at all" fate left_out loadavg_proc_show
done_testing
"$REPO/vm/run" --kernel "$B/arch/x86/boot/bzImage" --dmesg "$OUT/dmesg" --qemu -device --qemu virtio-net-pci -- \
	"$REPO/tests/vm/46-release.sh" --guest

#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# ksplice.ko on the kernel that Debian 12 installs by default, 6.1: an update goes in
# and out, with the window and with all threads checked in the stop, while threads
# come to their end all the time.

set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "$0")/../../scripts/lib.sh"
# shellcheck source=tests/lib.sh
. "$REPO/tests/lib.sh"
cd "$REPO"

unset KSPL_VERSION KSPL_NEWER
version=$(KSPL_SERIES=6.1 scripts/debian-versions --newer 2>/dev/null) || {
	echo 'ok 1 # SKIP apt has no 6.1'
	exit 0
}
release=$(debian_release "$version")
OUT=$REPO/build/stock-older
rm -rf "$OUT"
mkdir -p "$OUT"
make -s tools >/dev/null

cat >"$OUT/inside" <<'END'
set -e
insmod dkms/ksplice.ko
insmod ksplice-version.ko
d=/sys/kernel/ksplice/version
while :; do (exit); done &
for plain in 0 1; do
	echo $plain >/sys/kernel/debug/ksplice/plain_check
	for i in 1 2; do
		echo 1 >$d/enabled
		[ "$(cat $d/state)" = applied ]
		grep -qx hot-updated /proc/version
		echo 0 >$d/enabled
		[ "$(cat $d/state)" = reversed ]
		! grep -q hot-updated /proc/version
	done
done
kill $!
rmmod ksplice_version
rmmod ksplice
! dmesg | grep -E 'WARNING:|BUG:|Oops|Call Trace'
echo cycled
END

cycles() {
	if ! vm/run --kernel stock --version "$version" --timeout 900 --share "$OUT" -- \
		"cd $OUT && bash inside" >"$OUT/log" 2>&1 || ! grep -qx cycled "$OUT/log"; then
		tail -n 20 "$OUT/log"
		return 1
	fi
}

check "ksplice.ko builds for $release" make -s -C dkms KDIR="$(scripts/get-headers "$version")" OUT="$OUT/dkms"
check "an update is made for $release" tools/kspl-build/kspl-build -k "$release" -n version \
	-o "$OUT/ksplice-version.ko" tests/system/version.patch
check "... and goes in and out there, four times" cycles
word=ok
[ $BAD -eq 0 ] || word=failed
keep_result update "$version" cloud-amd64 "$(scripts/get-image "$version")/config" $word '1 update, 4 times'
done_testing

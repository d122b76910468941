#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Modules outside the kernel's tree (kspl-build --module) on Debian's unmodified cloud
# image: dkms builds two modules of one source, an update changes both; it goes in
# before they are loaded and after.

set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "$0")/../../scripts/lib.sh"
# shellcheck source=tests/lib.sh
. "$REPO/tests/lib.sh"
cd "$REPO"

OUT=$REPO/build/module
BUILD=$REPO/tools/kspl-build/kspl-build
version=$(scripts/debian-versions --older)
headers=$(scripts/get-headers "$version")
release=${headers##*/linux-headers-}
rm -rf "$OUT"
mkdir -p "$OUT"/{dkms,tree,src}
# the core, which tests/vm/47 leaves there
core=$REPO/build/stock/dkms
make -s tools >/dev/null

# in_dkms COMMAND...: where /var/lib/dkms is ours, as dkms knows no other place
in_dkms() {
	bwrap --dev-bind / / --tmpfs /var/lib --bind "$OUT/tree" /var/lib/dkms --tmpfs /etc/dkms \
		--ro-bind "$OUT/dkms/etc/dkms/framework.conf" /etc/dkms/framework.conf "$@"
}

built_by_dkms() {
	local deb

	deb=$(scripts/get-deb dkms "$(apt-cache policy dkms | sed -n 's/^ *Candidate: //p')") || return 1
	dpkg-deb -x "$deb" "$OUT/dkms"
	cp -r tests/module/first "$OUT/src/kspl-first-1.0"
	in_dkms bash "$OUT/dkms/usr/sbin/dkms" build -m kspl-first -v 1.0 -k "$release" -a x86_64 \
		--sourcetree "$OUT/src" --kernelsourcedir "$headers" || {
		cat "$OUT"/tree/kspl-first/1.0/build/make.log
		return 1
	}
	cp "$OUT/tree/kspl-first/1.0/$release/x86_64/module"/*.ko "$OUT/"
}

update() {
	tests/module/change "$OUT/patched" >"$OUT/fix.patch"
	"$BUILD" -b "$headers" --module "$OUT/src/kspl-first-1.0" -n fix -o "$OUT/ksplice-fix.ko" "$OUT/fix.patch"
}

# With the source of another version the kernel has to refuse: the old code differs.
another_source() {
	local dir=$OUT/other

	rm -rf "$dir"
	cp -r tests/module/first "$dir"
	sed -i 's/first->reads++/first->reads += 2/; s/first\.reads++/first.reads += 2/' "$dir/first.c"
	"$BUILD" -b "$headers" --module "$dir" -n other -o "$OUT/ksplice-other.ko" "$OUT/fix.patch"
}

cat >"$OUT/inside" <<'END'
set -e
d=/sys/kernel/ksplice/fix

# says FIRST SECOND: what the modules say; the second counts by itself
says() {
	[ "$(cat /proc/kspl-first)" = "$1" ]
	old=$(sed 's/second //' /proc/kspl_second)
	new=$(sed 's/second //' /proc/kspl_second)
	[ $((new - old)) -eq "$2" ]
}
old() { says 'first 1, at most 3' 1; }
new() { says 'first 2, at most 4' 10; }

insmod ksplice.ko
# after the modules
insmod kspl-first.ko
insmod kspl_second.ko
old
! insmod ksplice-other.ko
dmesg | grep 'ksplice:.*first.o: first_show+0x.* differs'
insmod ksplice-fix.ko
for i in 1 2 3; do
	echo 1 >$d/enabled
	new
	[ -d $d/kspl_first ] && [ -d $d/kspl_second ]
	echo 0 >$d/enabled
	old
done
rmmod ksplice_fix
rmmod kspl_second kspl_first
echo after
# before them: they are new as soon as they are there, and only then
insmod ksplice-fix.ko
echo 1 >$d/enabled
insmod kspl-first.ko
insmod kspl_second.ko
new
rmmod kspl_second
insmod kspl_second.ko
new
echo 0 >$d/enabled
old
rmmod ksplice_fix
rmmod kspl_second kspl_first ksplice
! dmesg | grep -E 'WARNING:|BUG:|Oops|Call Trace'
echo before
END

in_the_kernel() {
	if ! vm/run --kernel stock --version "$version" --timeout 600 --share "$OUT" --dmesg "$OUT/dmesg" -- \
		"cd $OUT && bash -x inside" >"$OUT/log" 2>&1 || ! grep -qx after "$OUT/log" || ! grep -qx before "$OUT/log"; then
		tail -n 30 "$OUT/log"
		grep ksplice: "$OUT/dmesg" | tail -n 20
		return 1
	fi
}

check 'ksplice.ko builds' make -s -C dkms KDIR="$headers" OUT="$core"
cp "$core/ksplice.ko" "$OUT/"
check 'dkms builds two modules of one source' built_by_dkms
check 'an update of both' update
check "... of another version's source" another_source
check 'applied and undone, loaded before the modules and after them; not upon other code' in_the_kernel
done_testing

#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC2016,SC2317 # the guest expands; functions are called by name
#
# vm/run against a QEMU that is made up: what a guest that means harm can make of
# what this side reads of it. No kernel is booted.

set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "$0")/../../scripts/lib.sh"
# shellcheck source=tests/lib.sh
. "$REPO/tests/lib.sh"

if [ "$(id -u)" -ne 0 ] || ! unshare --mount true 2>/dev/null || ! command -v busybox cpio >/dev/null ||
	ldd "$(command -v busybox)" >/dev/null 2>&1; then
	echo "1..0 # SKIP not root, or no mount namespaces, or no static busybox"
	exit 4
fi
TMP=$(mktemp -d)
trap 'rm -rf "$TMP"' EXIT
cd "$TMP"
mkdir bin
export XDG_CACHE_HOME=$TMP/cache GUEST=$TMP/guest
echo kernel >bzImage
# It has what vm/run gives QEMU, and is the guest besides.
cat >bin/qemu-system-x86_64 <<'END'
#!/bin/bash
for arg; do
	case $arg in
	file,id=*)	id=${arg#file,id=}; declare "${id%%,*}=${arg#*path=}" ;;
	local,id=hostroot,*)	tree=${arg#*path=}; tree=${tree%%,*}; options=$arg ;;
	esac
done
: >"$out"
. "$GUEST"
END
chmod 755 bin/*
# guest COMMANDS: vm/run with that
guest() {
	printf '%s\n' "$1" >guest
	PATH=$TMP/bin:$PATH "$REPO/vm/run" --kernel ./bzImage -- true
}
check "a guest that says 0" exits 0 guest 'echo 0 >$rc'
check "... 7" exits 7 guest 'echo 7 >$rc'
for text in 'ok' '0; touch ran' '$(touch ran)' '-1' '07' '0x0' '256' '1000' ''; do
	check "one that says '$text': has died" exits 125 guest "printf '%s\n' '$text' >\$rc"
done
check "... nothing of that is run" test ! -e ran
check "one that writes without end into a port: is ended" exits 126 \
	guest 'dd if=/dev/zero of=$dmesg bs=1M seek=2040 count=9 status=none || exit 1; echo 0 >$rc'
check "what it gets is read-only on this side" exits 0 \
	guest '[[ $options == *,readonly=on ]] && ! touch $tree/usr/x $tree/etc/x $tree/x 2>/dev/null && echo 0 >$rc'
check "... without anybody's password" exits 0 guest '! grep -v ":\*:" $tree/etc/shadow && echo 0 >$rc'
mkdir shared
# the guest's root is this one, where root runs it
SHARE=$TMP/shared
export SHARE
leaves_nothing() {
	printf '%s\n' 'cp /bin/true $SHARE/suid; chmod 6755 $SHARE/suid; mknod $SHARE/null c 1 3; echo x >$SHARE/text; echo 0 >$rc' >guest
	PATH=$TMP/bin:$PATH "$REPO/vm/run" --kernel ./bzImage --share shared -- true || return
	[ -f shared/text ] && [ -f shared/suid ] && [ -z "$(find shared -perm /6000 -o -type c)" ]
}
check "--share: no program with root's rights is left behind, nor a device" leaves_nothing
done_testing

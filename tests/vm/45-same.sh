#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC2016,SC2317 # functions are called by name, by another shell
#
# The same input gives the same update, byte for byte: by another user, elsewhere, at
# another time, with other jobs, locale and umask, without a cache. No VM, but a kernel.

set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "$0")/../../scripts/lib.sh"
# shellcheck source=tests/lib.sh
. "$REPO/tests/lib.sh"

UPDATES='module_and_vmlinux jump_label shadow ring live'
TMP=$(mktemp -d)
trap 'rm -rf "$TMP"' EXIT
version=$("$REPO/scripts/debian-versions" --older)
B=$("$REPO/vm/build-kernel" series "$version")
tree=$CACHE/tree/$version
make -s -C "$REPO/tools/kspl-objdiff"
cd "$TMP"
chmod 755 .
# What an ordinary user can reach, wherever the repository is
mkdir -p tools one two/deeper
cp -r "$REPO"/tools/{kspl-build,kspl-objdiff,lib} tools/
cp -r "$REPO/selftests/updates" .
chmod -R a+rX .

options() { sed -n 's/^Options: //p' "updates/$1.diff"; }

# makes NAME OPTION...: in the current directory
makes() {
	local name=$1

	shift
	# shellcheck disable=SC2046 # options
	"$TMP/tools/kspl-build/kspl-build" -s "$tree" -b "$B" -n "$name" $(cd "$TMP" && options "$name") "$@" "$TMP/updates/$name.diff"
}
first() { (cd one && makes "$1"); }

# Where the trees are out of an ordinary user's reach, root does it.
another=()
if [ "$(id -u)" -eq 0 ] && setpriv --reuid 64999 --regid 64999 --clear-groups test -r "$B/.config" -a -r "$tree/Kconfig" &&
	setpriv --reuid 64999 --regid 64999 --clear-groups unshare --map-root-user --mount true 2>/dev/null; then
	another=(setpriv --reuid 64999 --regid 64999 --clear-groups)
	chown 64999 two two/deeper
fi
export -f makes options
export TMP tree B
second() {
	"${another[@]}" env -C two/deeper HOME="$TMP/two" XDG_CACHE_HOME="$TMP/two/cache" TMPDIR="$TMP/two" LANG=C.UTF-8 TZ=Asia/Tokyo \
		KSPL_BUILD_NO_CCACHE=1 bash -c 'umask 077; makes "$1" -j 1' - "$1"
}

for name in $UPDATES; do
	check "$name is made" first "$name"
	check "... by ${another[0]+another user}${another[0]-the same user}, elsewhere" second "$name"
	check "... and is the same" cmp "one/ksplice-$name.ko" "two/deeper/ksplice-$name.ko"
	check "... and so is its debug information" cmp "one/ksplice-$name.ko.debug" "two/deeper/ksplice-$name.ko.debug"
done

verify() { makes ring --verify "$1"; }
check "--verify: it is what the patch gives" verify one/ksplice-ring.ko
# A byte of the new code
at=$(readelf -SW one/ksplice-ring.ko | sed -n 's/^.* \.text[^ ]* *PROGBITS *[0-9a-f]* \([0-9a-f]*\) .* AX .*/\1/p' | tail -n 1)
cp one/ksplice-ring.ko bad.ko
printf '\314' | dd of=bad.ko bs=1 seek=$((16#$at)) conv=notrunc 2>/dev/null
check "... a byte that was changed: it is not" exits 4 verify bad.ko
check "... and which" says "byte $((16#$at + 1)) differs first, in section .text" verify bad.ko
{ cat one/ksplice-ring.ko; head -c 40 /dev/zero; printf "\\0\\0\\2\\0\\0\\0\\0\\0\\0\\0\\0\\50~Module signature appended~\\n"; } >signed.ko
check "... a signature is not part of it" verify signed.ko
head -c 2000 one/ksplice-ring.ko >short.ko
check "... one that is cut off: it is not" exits 4 verify short.ko
check "... no file is made" test ! -e ksplice-ring.ko
done_testing

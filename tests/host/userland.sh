#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# scripts/in-userland, in a userland that consists of a shell: what a command sees
# there, and that apt gets its lists.

set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "$0")/../../scripts/lib.sh"
# shellcheck source=tests/lib.sh
. "$REPO/tests/lib.sh"

if [ "$(id -u)" -ne 0 ] || ! unshare --mount true 2>/dev/null; then
	echo '1..0 # SKIP it takes root, and a mount namespace'
	exit 4
fi
busybox=$(command -v busybox || :)
if [ ! "$busybox" ] || ldd "$busybox" >/dev/null 2>&1; then
	echo '1..0 # SKIP there is no static busybox'
	exit 4
fi
TMP=$(mktemp -d)
trap 'rm -rf --one-file-system "$TMP"' EXIT
root=$TMP/cache/ksplice/userland/toy
mkdir -p "$root"/{bin,etc,var/log,var/lib/apt/lists,proc,sys,dev,tmp,root}
cp "$busybox" "$root/bin/busybox"
for c in sh cat cp mkdir umount rm ls touch tail pwd; do
	ln -s busybox "$root/bin/$c"
done
ln -s bin "$root/sbin"
ln -s . "$root/usr"
# It notes that it was asked, and makes a list, if there is a network.
cat >"$root/bin/apt-get" <<'END'
#!/bin/sh
echo "$@" >>/var/log/asked
[ ! -e /no-network ] || { echo 'E: no such host'; exit 100; }
touch /var/lib/apt/lists/here_Packages
END
chmod 755 "$root/bin/apt-get"

in_toy() { XDG_CACHE_HOME=$TMP/cache "$REPO/scripts/in-userland" toy "$@"; }
asked() { [ "$(cat "$root/var/log/asked" 2>/dev/null)" = "$1" ]; }

touch "$root/no-network"
check 'no lists and no network: said' says "'apt-get update' failed in the userland of toy" in_toy cat /etc/hosts
rm "$root/no-network" "$root/var/log/asked"
check 'a command' says '^seen$' in_toy sh -c 'echo seen'
check 'its apt has got the lists' asked '-q update'
check 'a second command' in_toy sh -c true
check '... and they are not fetched again' asked '-q update'
check 'its exit code' exits 3 in_toy sh -c 'exit 3'
check 'it sees this repository at the same path' in_toy cat "$REPO/scripts/in-userland"
echo here >"$TMP/file"
check '... and /tmp' says '^here$' in_toy cat "$TMP/file"
check '... and no other file of this machine' says 'No such file' in_toy cat /etc/passwd
# shellcheck disable=SC2016 # the inner shell's
check 'it knows which commit it is of' says "^$("$REPO/scripts/results" commit)\$" in_toy sh -c 'echo $KSPL_COMMIT'
nothing_mounted() { ! grep -F "$root" /proc/mounts; }
check 'nothing stays mounted' nothing_mounted
done_testing

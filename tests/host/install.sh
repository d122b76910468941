#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# make install with DESTDIR and prefix: what it puts where, that it runs from there,
# that nothing is put elsewhere; one place for the version; which packages are missing
# is said by name.

set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "$0")/../../scripts/lib.sh"
# shellcheck source=tests/lib.sh
. "$REPO/tests/lib.sh"
cd "$REPO"

TMP=$(mktemp -d)
trap 'rm -rf "$TMP"' EXIT
version=$(cat VERSION)

installed() {
	(cd "$TMP/$1" && find . ! -type d -printf '%P\n') | sort
}

make -s tools >/dev/null
check 'make install, below DESTDIR' make -s install DESTDIR="$TMP/local"
check 'the default is /usr/local, and nothing is put beside it' \
	exits 1 grep -vE '^usr/local/' <(installed local)
for f in bin/ksplice bin/kspl-build bin/kspl-objdiff share/man/man8/ksplice.8.gz \
	 share/man/man1/kspl-build.1.gz share/man/man1/kspl-objdiff.1.gz \
	 share/bash-completion/completions/ksplice lib/systemd/system/ksplice.service \
	 lib/systemd/system/ksplice-settle.service lib/systemd/system/ksplice-settle.timer \
	 lib/systemd/system/ksplice-shutdown.service share/doc/ksplice-tools/admin-guide.rst; do
	check "there is $f" test -s "$TMP/local/usr/local/$f"
done
for c in ksplice kspl-build; do
	check "$c says the version of VERSION, from there" \
		says "^$c $version\$" "$TMP/local/usr/local/bin/$c" --version
done
check 'kspl-objdiff runs from there' says 'usage: kspl-objdiff' "$TMP/local/usr/local/bin/kspl-objdiff"
# makes_page: of nothing
makes_page() {
	local lib=$TMP/local/usr/local/lib/ksplice/kspl-build

	printf '{"report": "", "inspect": "", "old": [], "new": [], "steps": "", "listings": "", "out": "%s"}' \
		"$TMP/page.html" | python3 -E -s -B "$lib/make-page" && grep '<title>Update ' "$TMP/page.html"
}
check 'kspl-build has what makes its pages there' makes_page
reads_patch() {
	printf '%s\n' '--- a/fs/a.c' '+++ b/fs/a.c' '@@ -1 +1 @@' -x +y >"$TMP/a.patch"
	printf '{"op": "audit", "patch": "%s", "out": "%s"}' "$TMP/a.patch" "$TMP/audit" |
		python3 -I -S -B "$TMP/local/usr/local/lib/ksplice/kspl-build/read-source" && grep -x 'file|fs/a.c|1|1|1|changed' "$TMP/audit"
}
check '... and what reads patches' reads_patch
check 'the units start what is installed' exits 1 \
	grep -rE '^Exec.*=/usr/bin/ksplice' "$TMP/local/usr/local/lib/systemd/system"
check '... with its path' grep -q '^ExecStart=/usr/local/bin/ksplice load-installed$' \
	"$TMP/local/usr/local/lib/systemd/system/ksplice.service"

check 'make install, prefix=/usr' make -s install DESTDIR="$TMP/usr" prefix=/usr
check 'there, units are where packages put them' \
	grep -q '^ExecStart=/usr/bin/ksplice load-installed$' "$TMP/usr/lib/systemd/system/ksplice.service"
check '... and nothing below /usr/local' test ! -e "$TMP/usr/usr/local"
check 'a prefix that is no absolute path is refused' exits 2 env prefix=here scripts/install-tools

# --- one place for the version --------------------------------------------------

cp -r tools "$TMP/tools"
echo 7.8.9 >"$TMP/VERSION"
check 'VERSION is all that has the version' says '^kspl-build 7.8.9$' "$TMP/tools/kspl-build/kspl-build" --version
mv "$TMP/VERSION" "$TMP/tools/VERSION"
check '... also where a kernel tree has it' says '^kspl-build 7.8.9$' "$TMP/tools/kspl-build/kspl-build" --version
# kspl-build is installed without the header, so it has the format itself.
format=$(sed -n 's/^#define KSPLICE_FORMAT[[:space:]]*//p' kernel-tree-overlay/include/linux/ksplice_format.h)
check 'kspl-build makes updates of the format that the header has' \
	grep -qE "^FORMAT=${format}[[:space:]]" tools/kspl-build/update.sh
check 'CHANGELOG has a chapter for it' grep -qxF "## $version" CHANGELOG.md

# --- what is missing ---------------------------------------------------------------

# A machine on which two packages are missing
mkdir "$TMP/bin"
cat >"$TMP/bin/dpkg-query" <<'END'
#!/bin/bash
for p in "${@:4}"; do
	case $p in
	flex | qemu-system-x86) ;;
	*) echo "installed $p" ;;
	esac
done
exit 1
END
cat >"$TMP/bin/apt-get" <<END
#!/bin/bash
touch "$TMP/apt-get was called"
exit 1
END
chmod +x "$TMP"/bin/*
# poor COMMAND...: on that machine
poor() {
	PATH=$TMP/bin:$PATH "$@"
}

check 'what is missing is named' says 'missing: flex qemu-system-x86$' poor scripts/setup --check demo
check '... with the command that installs it' says "'make setup FOR=demo' installs" poor scripts/setup --check demo
check '... and it fails' exits 1 poor scripts/setup --check demo
check 'what is not needed for a part is not missed' exits 0 poor scripts/setup --check tools
for target in demo test lint bench; do
	check "make $target stops there" says 'these packages are missing' poor make -s $target
	check '... with an exit code' exits 2 poor make -s $target
done
check 'nothing was installed unasked' test ! -e "$TMP/apt-get was called"
check 'make setup does' exits 1 poor scripts/setup demo
check '... with apt-get' test -e "$TMP/apt-get was called"
check 'an unknown part is a wrong usage' exits 2 scripts/setup nonsense

done_testing

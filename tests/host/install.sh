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
usage_complete() {
	local o bad=0

	tools/kspl-objdiff/kspl-objdiff --help >"$TMP/usage"
	for o in $(grep -hoE '"--[a-z-]+"' tools/kspl-objdiff/builtin-*.c | tr -d '"' | sort -u); do
		grep -qE -- "$o([] ]|\$)" "$TMP/usage" || { echo "not in the usage: $o"; bad=1; }
	done
	return $bad
}
check '... its usage has all its options' usage_complete
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
# A fix with a hook, for a kernel that has no <linux/ksplice.h>, by the commands as they were
# installed: none of them is within this repository.
makes_hook() {
	local build=$TMP/local/usr/local/bin/kspl-build

	cd "$TMP"
	# shellcheck source=tests/mini-kernel.sh
	. "$REPO/tests/mini-kernel.sh"
	mini
	echo '#define IS_ENABLED(x) 0' >src/include/linux/compiler.h
	printf '#define __used __attribute__((used))\n#define __section(s) __attribute__((section(s)))\n' \
		>>src/include/linux/compiler.h
	printf '#define __stringify_1(x) #x\n#define __stringify(x) __stringify_1(x)\n' >src/include/linux/stringify.h
	printf 'typedef unsigned int u32;\ntypedef unsigned long size_t;\ntypedef unsigned int gfp_t;\n#define bool _Bool\n#define false 0\n' \
		>src/include/linux/types.h
	mini_object fs/fn.c fs/fn.h "-I$TMP/src/include"
	# shellcheck disable=SC2016 # an address of sed
	edit fs/fn.c '1i #include <linux/ksplice.h>
		$a static void fix(void) { }\nksplice_apply(fix);'
	compiles fs/fn.o run --keep hooked fix.patch &&
		readelf -SW hooked/post/fs/fn.o | grep -F .ksplice.hooks.apply.
}
check 'kspl-build has the header of hooks there' makes_hook
check 'the units start what is installed' exits 1 \
	grep -rE '^Exec.*=/usr/bin/ksplice' "$TMP/local/usr/local/lib/systemd/system"
check '... with its path' grep -q '^ExecStart=/usr/local/bin/ksplice load-installed$' \
	"$TMP/local/usr/local/lib/systemd/system/ksplice.service"

check 'make install, prefix=/usr' make -s install DESTDIR="$TMP/usr" prefix=/usr
check 'there, units are where packages put them' \
	grep -q '^ExecStart=/usr/bin/ksplice load-installed$' "$TMP/usr/lib/systemd/system/ksplice.service"
check '... and nothing below /usr/local' test ! -e "$TMP/usr/usr/local"
check 'a prefix that is no absolute path is refused' exits 2 env prefix=here scripts/install-tools

# --- what the package suggests --------------------------------------------------

# suggests_all: each package that kspl-build names if it is missing, and what it just runs
suggests_all() {
	local deb p suggested asked=(apt gcc make git gawk jq xz-utils perl universal-ctags)

	scripts/build-tools-deb || return 1
	deb=build/ksplice-tools_${version}_$(dpkg --print-architecture).deb
	suggested=$(dpkg-deb -f "$deb" Depends Suggests)
	# shellcheck disable=SC2016 # a variable of kspl-build
	mapfile -t -O ${#asked[@]} asked < <(sed -n 's/^[[:space:]]*for tool in \(.*\); do$/\1/p' tools/kspl-build/debian.sh |
		tr ' ' '\n' | grep -v '\$' | cut -d: -f2
		sed -n 's/.*(package \([a-z0-9-]*\)).*/\1/p; s/.*apt-get install \([a-z0-9-][a-z0-9-]*\).*/\1/p' tools/kspl-build/*.sh |
			grep -vx dpkg)
	for p in dwarves libssl-dev bubblewrap python3; do
		[[ " ${asked[*]} " = *" $p "* ]] || { echo "kspl-build names no $p"; return 1; }
	done
	for p in "${asked[@]}"; do
		grep -qE "[ ,]$p(,| \(|\$)" <<<"$suggested" || { echo "not suggested: $p"; return 1; }
	done
	dpkg-deb -c "$deb" | grep /usr/lib/ksplice/kspl-build/include/linux/ksplice.h
}
if command -v dpkg-shlibdeps >/dev/null; then
	check 'the package suggests what kspl-build needs' suggests_all
fi

# --- one place for the version --------------------------------------------------

cp -r tools "$TMP/tools"
echo 7.8.9 >"$TMP/VERSION"
check 'VERSION is all that has the version' says '^kspl-build 7.8.9$' "$TMP/tools/kspl-build/kspl-build" --version
mv "$TMP/VERSION" "$TMP/tools/VERSION"
check '... also where a kernel tree has it' says '^kspl-build 7.8.9$' "$TMP/tools/kspl-build/kspl-build" --version
# kspl-build is installed without ksplice_format.h, so it has the format itself.
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
check 'kspl-build alone needs no VM' says 'missing: flex$' poor scripts/setup --check kspl-build
check 'an unknown part is a wrong usage' exits 2 scripts/setup nonsense

done_testing

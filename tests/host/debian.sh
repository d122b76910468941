#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# What the scripts make of the versions of Debian's kernels: series, packages.

set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "$0")/../../scripts/lib.sh"
# shellcheck source=tests/lib.sh
. "$REPO/tests/lib.sh"
unset KSPL_VERSION KSPL_NEWER

is() {
	[ "$1" = "$2" ] || { echo "got '$1', expected '$2'"; return 1; }
}

# each_has_release SERIES FLAVOUR: by this machine's own apt, which has its headers then
each_has_release() {
	local v release seen=''

	for v in $(KSPL_SERIES=$1 "$REPO/scripts/debian-versions"); do
		release=$(debian_release "$v" "$2") || return 1
		[[ ${release%-"$2"} =~ ^[^-]*(-[0-9]+)?$ && ${release%-"$2"} != "$1" ]] || {
			echo "$v: $release is of another flavour than $2"
			return 1
		}
		[[ " $seen " != *" $release "* ]] || { echo "$v: another version has $release"; return 1; }
		seen="$seen $release"
	done
	[ "$seen" ]
}

check 'the series of a version' is "$(series_of '6.12.107-1~deb12u1')" 6.12
check '... of a series' is "$(series_of 6.1)" 6.1
check '... of a version without a third number' is "$(series_of '7.3~rc1-1')" 7.3
check '... of what is none' is "$(series_of nonsense)" ''
check 'KSPL_VERSION says which series' is "$(KSPL_VERSION=6.1.192-3 bash -c '. "$1"; echo "$KSPL_SERIES"' . "$REPO/scripts/lib.sh")" 6.1
for series in 6.1 6.12; do
	[ "$(apt-cache madison "linux-source-$series" 2>/dev/null)" ] || continue
	check "each version of $series has its own release" each_has_release $series amd64
done
# shellcheck disable=SC2016 # the inner shell's
check 'a version that there is not' says 'apt has no kernel headers of version 6.12.1-999' \
	bash -c '. "$1"; debian_release 6.12.1-999' . "$REPO/scripts/lib.sh"

# An apt that knows other kernels than this machine's: lines "PACKAGE VERSION"
TMP=$(mktemp -d)
trap 'rm -rf "$TMP"' EXIT
mkdir "$TMP/bin"
cat >"$TMP/bin/apt-cache" <<'END'
#!/bin/bash
command=$1
shift
case $command in
pkgnames) cut -d' ' -f1 "${0%/*}/list" | grep "^$1" | sort -u ;;
madison)
	for p; do
		awk -v p="$p" '$1 == p { printf " %s | %s | somewhere Packages\n", p, $2 }' "${0%/*}/list"
	done ;;
depends)
	for p; do
		awk -v p="$p" '$1 == p && NF > 2 { for (i = 3; i <= NF; i++) print "  Depends: " $i }' "${0%/*}/list"
	done ;;
show) ;;
esac
END
chmod 755 "$TMP/bin/apt-cache"
for abi in 6.1.0-56:6.1.192-1 6.1.0-57:6.1.192-3 6.12.118+deb13:6.12.118-1; do
	# in the order that misleads: the amd64 that is wanted comes last
	for package in "${abi%:*}-"{rt-amd64,cloud-amd64,amd64,common-rt,common} 6.1{,2}-{rt-,cloud-,}amd64; do
		printf 'linux-headers-%s %s\n' "$package" "${abi#*:}"
	done
	printf 'linux-source-6.1%s %s\n' "$([[ $abi != 6.12* ]] || echo 2)" "${abi#*:}"
done >"$TMP/bin/list"
printf '%s\n' 'libone-dev 1 libone1t64 libtwo-dev libc-dev <virtual>' 'libtwo-dev 1 libtwo5' >>"$TMP/bin/list"
with_list() { env PATH="$TMP/bin:$PATH" XDG_CACHE_HOME="$TMP/cache" "$@"; }
# shellcheck disable=SC2016 # the inner shell's
with_lib() { with_list bash -c '. "$1"; shift; "$@"' . "$REPO/scripts/lib.sh" "$@"; }

for f in amd64 cloud-amd64 rt-amd64; do
	check "the release of 6.1.192-3, $f" is "$(with_lib debian_release 6.1.192-3 $f)" "6.1.0-57-$f"
	check "... of 6.12.118-1" is "$(with_lib debian_release 6.12.118-1 $f)" "6.12.118+deb13-$f"
done
check 'a flavour that there is not' says 'no linux-headers-6.1.0-57-386 of version 6.1.192-3: is there a flavour 386' \
	with_lib debian_release 6.1.192-3 386
check "another Debian's version: what to set" says 'KSPL_SUITE=trixie' with_lib debian_release 6.12.117-1~deb12u1
check '... when its source is asked for' says 'does not have linux-source-6.12 6.12.117-1~deb12u1\..*KSPL_SUITE=trixie' \
	with_list "$REPO/scripts/get-source" 6.12.117-1~deb12u1

versions() { with_list env KSPL_VERSION="$1" KSPL_NEWER="${3-}" "$REPO/scripts/debian-versions" "$2"; }
check 'KSPL_VERSION= a series: its oldest' is "$(versions 6.1 --older)" 6.1.192-1
check '... and its newest' is "$(versions 6.1 --newer)" 6.1.192-3
check "KSPL_VERSION= without Debian's part: the newest of that" is "$(versions 6.1.192 --older)" 6.1.192-3
check '... of another series' is "$(versions 6.12.118 --older)" 6.12.118-1
check '... in full' is "$(versions 6.1.192-1 --older)" 6.1.192-1
check 'KSPL_NEWER= without it' is "$(versions 6.1.192-1 --newer 6.1.192)" 6.1.192-3
check '... that there is not' says 'apt knows no linux-source of version 6.1.19\.' versions 6.1.19 --older
mkdir -p "$TMP/cache/ksplice/src/6.1.19-2" "$TMP/cache/ksplice/src/6.1.190-1"
check '... but for the cache' is "$(versions 6.1.19 --older)" 6.1.19-2
check "a version is not its own newer one" is "$(newest_of '6.12.9-1~deb12u1' 6.12.9-1 '6.12.9-1~bpo12+1')" 6.12.9-1

# A list of which the end is missing: the newest would be an older one.
mkdir -p "$TMP/killed"
printf '#!/bin/sh\n%s "$@" | head -n 1\nkill -KILL $$\n' "$(command -v sort)" >"$TMP/killed/sort"
chmod 755 "$TMP/killed/sort"
if [ "$(apt-cache madison linux-source-6.12 2>/dev/null)" ]; then
	check 'a list whose writer was killed: failed' exits 1 env PATH="$TMP/killed:$PATH" "$REPO/scripts/debian-versions"
	check '... and said' says 'a process was killed' env PATH="$TMP/killed:$PATH" "$REPO/scripts/debian-versions"
fi

check 'what programs need to run: asked of apt' is \
	"$(with_lib libraries_of libone-dev libtwo-dev | paste -sd' ')" 'libone1t64 libtwo5'

# cached RELEASE FLAVOUR: is it taken from the cache?
cached() { mkdir -p "$TMP/dir" && echo "$1" >"$TMP/dir/release" && is_cached "$TMP/dir" "$2"; }
not_cached() { ! cached "$@"; }
check 'what is cached' cached 6.1.0-57-amd64 amd64
check '... of another ABI name' cached 6.12.118+deb13-cloud-amd64 cloud-amd64
check 'another flavour in its place is not taken' not_cached 6.1.0-57-rt-amd64 amd64
check '... nor what the metapackage is called' not_cached 6.12-cloud-amd64 amd64

by_hand() {
	local found

	cd "$REPO"
	found=$(repo_files . | grep -E '^(\./)?(demo|scripts|vm|tests|tools/kspl-build)/' |
		xargs -d '\n' grep -sE 'linux-(image|headers)-[^ ]*\$\{[a-zA-Z_]+[%#/]' || :)
	[ -z "$found" ] || { printf '%s\n' "$found"; return 1; }
}
check "no package's name is made of a version by hand" by_hand
done_testing

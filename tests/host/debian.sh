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

# each_has_headers SERIES FLAVOUR: of each version the release, and apt has its headers
each_has_headers() {
	local v release seen=''

	for v in $(KSPL_SERIES=$1 "$REPO/scripts/debian-versions"); do
		release=$(debian_release "$v" "$2") || return 1
		[[ " $seen " != *" $release "* ]] || { echo "$v: another version has $release"; return 1; }
		seen="$seen $release"
		apt-cache show "linux-headers-$release=$v" 2>/dev/null | grep -x "Version: $v" >/dev/null || {
			echo "$v: apt has no linux-headers-$release of it"
			return 1
		}
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
	for flavour in cloud-amd64 amd64; do
		check "each version of $series has its own release ($flavour)" each_has_headers $series $flavour
	done
done
# shellcheck disable=SC2016 # the inner shell's
check 'a version that there is not' says 'apt has no kernel headers of version 6.12.1-999' \
	bash -c '. "$1"; debian_release 6.12.1-999' . "$REPO/scripts/lib.sh"
done_testing

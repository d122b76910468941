#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# kspl-build --partial: of a made-up release of many fixes, each whole or not at all.

set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "$0")/../../scripts/lib.sh"

build=$REPO/tools/kspl-build/kspl-build
trees=$REPO/tests/release/trees.py
objdiff=$REPO/tools/kspl-objdiff/kspl-objdiff
cases=("$REPO/tests/release/history/${1-}"*)

TMP=$(mktemp -d)
trap 'rm -rf "$TMP"' EXIT
cd "$TMP"
if [ ! -x "$objdiff" ]; then
	make -s -C "$REPO/tools/kspl-objdiff" O="$TMP/tools" >objdiff.log 2>&1 ||
		{ cat objdiff.log; die "kspl-objdiff can't be built"; }
	objdiff=$TMP/tools/kspl-objdiff
fi
# shellcheck source=tests/mini-kernel.sh
. "$REPO/tests/mini-kernel.sh"
mini
rm -rf src/fs/[a-z]*.[ch] src/kernel/other.c bld/fs/.*.cmd bld/kernel/.*.cmd
: >bld/modules.order
cp -r src src2
python3 -B "$trees" write "$TMP" "${cases[@]}"
export XDG_CACHE_HOME=$TMP/cache
# the mini tree can't link a module, so this ends with a failure
KSPL_OBJDIFF=$objdiff "$build" -b bld --to src2 -n made-up --partial --modules modules --json report.json >build.log 2>&1 || :
if [ ! -s report.json ] || ! jq -e '.error == "the module could not be linked" and .fixes and .objdiff' report.json >/dev/null; then
	sed 's/^/# /' build.log
	echo "Bail out! no update was made"
	exit 1
fi
[ "${V:-0}" = 0 ] || sed 's/^/# /' build.log
python3 -B "$trees" check report.json "${cases[@]}"

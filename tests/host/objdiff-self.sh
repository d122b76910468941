#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# kspl-objdiff on real objects: those of the built test kernel, each against
# itself. Nothing may differ, and no object may be refused as unreadable.
# KSPL_OBJECTS: how many, 0: all (default 300).

set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "$0")/../../scripts/lib.sh"
# shellcheck source=tests/lib.sh
. "$REPO/tests/lib.sh"

B=$CACHE/build/$("$REPO/scripts/debian-versions" --older)-series
if [ ! -f "$B/vmlinux.a" ]; then
	echo "ok 1 - real objects against themselves # SKIP no series kernel is built"
	echo 1..1
	exit 0
fi
tool=$REPO/tools/kspl-objdiff/kspl-objdiff
TMP=$(mktemp -d)
trap 'rm -rf "$TMP"' EXIT
want=${KSPL_OBJECTS:-300}
(cd "$B" && ar t vmlinux.a | sort) >"$TMP/all"
n=$(wc -l <"$TMP/all")
[ "$want" -gt 0 ] && [ "$want" -lt "$n" ] || want=$n
awk -v n="$n" -v want="$want" 'int(NR * want / n) > int((NR - 1) * want / n)' "$TMP/all" >"$TMP/list"

# against_itself: says which differ, and fails
against_itself() {
	local o code bad=0 slowest=0 start took

	while IFS= read -r o; do
		start=${EPOCHREALTIME/./}
		code=0
		"$tool" diff "$B/$o" "$B/$o" >"$TMP/out" 2>&1 || code=$?
		took=$(((${EPOCHREALTIME/./} - start) / 1000))
		if [ $took -gt $slowest ]; then
			slowest=$took
			printf '%s: %s ms\n' "$o" $took >"$TMP/slowest"
		fi
		[ $code -eq 3 ] || {
			bad=$((bad + 1))
			printf '%s: exit code %s: %s\n' "$o" $code "$(head -n 2 "$TMP/out" | tr '\n' ' ')"
		}
	done <"$TMP/list"
	[ $bad -eq 0 ]
}
check "$(wc -l <"$TMP/list") objects of the kernel differ in nothing from themselves" against_itself
echo "# the slowest: $(cat "$TMP/slowest")"
check "at least 200 of them" [ "$(wc -l <"$TMP/list")" -ge 200 ]
done_testing

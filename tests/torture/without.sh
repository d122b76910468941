#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# without.sh [N [CHECK...]]: is each check of kspl-objdiff needed, and does torture
# find what goes wrong without it? For each without/CHECK.patch, which takes one
# check out of a scratch copy of kspl-objdiff, runs until N trials count (2000)
# or something is wrong; a line each: the check, how many trials that took, what was
# seen. Exit code 1 if nothing was seen.
set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "$0")/../../scripts/lib.sh"
cd "$REPO/tests/torture"
n=${1:-2000}
shift || :
[ $# -gt 0 ] || set -- $(basename -s .patch without/*.patch)
make -s
failed=0

# A tree of which only kspl-objdiff is a copy
scratch() {
	local dir=$REPO/build/torture/without/$1

	rm -rf "$dir"
	mkdir -p "$dir/tools" "$dir/tests"
	ln -s "$REPO/kernel-tree-overlay" "$dir/kernel-tree-overlay"
	ln -s "$REPO/tests/match" "$dir/tests/match"
	cp -r "$REPO/tools/kspl-objdiff" "$dir/tools/"
	patch -s -p1 -d "$dir" <"without/$1.patch"
	make -s -C "$dir/tools/kspl-objdiff" CFLAGS='-O2 -Wno-error'
	echo "$dir"
}

for check; do
	dir=$(scratch "$check")
	./drive.py -n "$n" --first --tool "$dir/tools/kspl-objdiff/kspl-objdiff" \
		--out "$dir/results.jsonl" >"$dir/log"
	./sum.py "$dir/results.jsonl" >"$dir/sum" || :
	what=$(sed -n 's/^  tests.torture.one \(.*\)/\1/p' "$dir/sum" | head -n 1)
	printf '%-24s %5d  %s\n' "$check" "$(grep -c '"counts": true' "$dir/results.jsonl")" \
		"${what:-nothing}"
	[ "$what" ] || failed=1
done
exit $failed

#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# make apply on the files that the series changes, from every version of
# Debian's source that is unpacked already; make series and git am on one.

set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "$0")/../../scripts/lib.sh"
# shellcheck source=tests/lib.sh
. "$REPO/tests/lib.sh"

TMP=$(mktemp -d)
trap 'rm -rf "$TMP"' EXIT
apply=$REPO/scripts/apply

# A tree of just what apply looks at.
small_tree() {
	local f

	rm -rf "$2"
	mkdir -p "$2"
	{
		printf '%s\n' Makefile Kbuild
		for f in "$(patch_dir)"/*.patch; do
			patch_changes "$f"
		done
	} | sort -u | while IFS= read -r f; do
		mkdir -p "$2/$(dirname "$f")"
		cp -p "$1/$f" "$2/$f"
	done
}

unchanged() {
	diff -r "$1" "$2" && (cd "$1" && ! find . -newer "$TMP/mark" -type f | grep .)
}

oldest=$("$REPO/scripts/debian-versions" --older)
"$REPO/scripts/get-source" "$oldest" >/dev/null
for src in "$CACHE/src/$KSPL_SERIES".*; do
	v=${src##*/}
	small_tree "$src" "$TMP/t"
	check "$v: applies" "$apply" "$TMP/t"
	cp -a "$TMP/t" "$TMP/t2"
	sleep 0.02
	touch "$TMP/mark"
	check "$v: a second call says it is there" says 'already' "$apply" "$TMP/t"
	check "$v: and changes nothing" unchanged "$TMP/t" "$TMP/t2"
	rm -rf "$TMP/t2"
done

SRC=$CACHE/src/$oldest
small_tree "$SRC" "$TMP/t"
"$apply" "$TMP/t" 2>/dev/null
echo '/* mine */' >>"$TMP/t/kernel/ksplice/core.c"
cp -a "$TMP/t" "$TMP/t2"
sleep 0.02
touch "$TMP/mark"
check "an own file that differs: refused" exits 1 "$apply" "$TMP/t"
check "... and named" says 'kernel/ksplice/core.c' "$apply" "$TMP/t"
check "... and nothing is changed" unchanged "$TMP/t" "$TMP/t2"

small_tree "$SRC" "$TMP/t"
sed -i 's/^obj-y += livepatch/obj-y  += livepatch/' "$TMP/t/kernel/Makefile"
rm -rf "$TMP/t2"
cp -a "$TMP/t" "$TMP/t2"
sleep 0.02
touch "$TMP/mark"
check "context that differs in a blank: refused, no fuzz" exits 1 "$apply" "$TMP/t"
check "... and nothing is changed" unchanged "$TMP/t" "$TMP/t2"

small_tree "$SRC" "$TMP/t"
sed -i '1i # moved by one line' "$TMP/t/kernel/Makefile"
check "an offset is told" says 'offset 1 line' "$apply" "$TMP/t"

check "no such tree: refused" exits 1 "$apply" "$TMP/nothing"
check "no tree given: usage" exits 2 make -s -C "$REPO" apply
mkdir "$TMP/other"
check "not a kernel tree: refused" exits 1 "$apply" "$TMP/other"

check "git am of make series = make apply, the tools build there ($oldest)" \
	"$REPO/scripts/check-series" --no-build "$oldest"
done_testing

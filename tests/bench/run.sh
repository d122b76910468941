#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# make bench: measures updates in one guest whose time counts instructions, side
# by side with livepatch, prints a table and writes build/bench.json.
#
# Exit code 1 if a figure is not what the design promises.

set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "$0")/../../scripts/lib.sh"
cd "$REPO"

OUT=$REPO/build/bench
version=$(scripts/debian-versions --older)
B=$(vm/build-kernel series "$version")
SRC=$CACHE/tree/$version
mkdir -p "$OUT"

now_ms() {
	date +%s%3N
}

# make_update NAME [PATCH]: $OUT/ksplice-NAME.ko, its objects in $OUT/keep-NAME
make_update() {
	rm -rf "$OUT/keep-$1"
	tools/kspl-build/kspl-build -s "$SRC" -b "$B" -n "$1" --keep "$OUT/keep-$1" \
		-o "$OUT/ksplice-$1.ko" "${2:-selftests/updates/$1.diff}" >"$OUT/build-$1.log" 2>&1 ||
		{ cat "$OUT/build-$1.log" >&2; die "the update $1 can't be made"; }
}

say "making the updates, the livepatch and the helper"
start=$(now_ms)
make_update calls
build_ms=$(($(now_ms) - start))
make_update sleep
make_update many tests/bench/many.diff
pre=$(find "$OUT/keep-calls" -name 'test_ksplice.o' -path '*pre*' | head -n 1)
post=$(find "$OUT/keep-calls" -name 'test_ksplice.o' -path '*post*' | head -n 1)
start=$(now_ms)
for _ in 1 2 3 4 5; do
	tools/kspl-objdiff/kspl-objdiff diff "$pre" "$post" >"$OUT/diff.log"
done
diff_ms=$((($(now_ms) - start) / 5))
mkdir -p "$OUT/livepatch"
cp selftests/test_modules/test_ksplice_livepatch.c "$OUT/livepatch/"
echo 'obj-m := test_ksplice_livepatch.o' >"$OUT/livepatch/Kbuild"
make -s -C "$B" M="$OUT/livepatch" modules >"$OUT/livepatch.log" 2>&1 ||
	{ cat "$OUT/livepatch.log" >&2; die "the livepatch can't be made"; }
cp "$OUT/livepatch/test_ksplice_livepatch.ko" "$OUT/"
gcc -O2 -Wall -o "$OUT/threads" tests/bench/threads.c
cp tests/bench/stretches.awk "$OUT/"

say "measuring in a guest; this takes some minutes"
vm/run --kernel "$B/arch/x86/boot/bzImage" --icount --mem 3G --timeout 1800 \
	-- "$REPO/tests/bench/guest.sh" "$OUT" >"$OUT/figures" 2>"$OUT/guest.log" ||
	{ cat "$OUT/guest.log" >&2; die "measuring failed"; }

printf 'build_ms %s\ndiff_ms %s\n' "$build_ms" "$diff_ms" >>"$OUT/figures"
# What is not as promised there is BROKEN in the report.
tests/bench/load.sh >>"$OUT/figures" 2>"$OUT/load.log" || [ $? -eq 1 ] ||
	{ cat "$OUT/load.log" >&2; die "measuring the load failed"; }
gawk -v json="$REPO/build/bench.json" -f tests/bench/report.awk "$OUT/figures"

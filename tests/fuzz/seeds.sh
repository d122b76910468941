#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# seeds.sh OUT: what fuzzing starts from: small objects of every construct, and
# the updates that kspl-objdiff makes of them.

set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "$0")/../../scripts/lib.sh"

out=$1
make -s -C "$REPO/tools/kspl-objdiff"
mkdir -p "$out/seeds/elf" "$out/seeds/format" "$out/cases"
# Its own verdicts are not asked for here; without debug information.
"$REPO/tests/objdiff/run.sh" "$REPO/tools/kspl-objdiff/kspl-objdiff" "$out/cases" >"$out/cases.log" 2>&1 || :
for d in "$out"/cases/*/; do
	name=$(basename "$d")
	for side in pre post; do
		[ ! -f "$d/$side.o" ] || objcopy --strip-debug "$d/$side.o" "$out/seeds/elf/$name-$side.o"
	done
	# the blob alone, as the kernel's reader gets it
	[ ! -f "$d/linked.o" ] ||
		objcopy -O binary --only-section=.init.ksplice --set-section-flags .init.ksplice=alloc \
			"$d/linked.o" "$out/seeds/format/$name.blob" 2>/dev/null || :
done
find "$out/seeds/format" -size 0 -delete
cp "$out/seeds/elf/lines-post.o" "$out/seeds/base.o" 2>/dev/null ||
	cp "$(find "$out/seeds/elf" -name '*-post.o' | sort | head -n 1)" "$out/seeds/base.o"

#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# The matcher and the format reader, compiled for the host: what may stand at a
# site, what a damaged update does, a sample kernel with 10,000 mutations, and a
# short fuzzing run.  FUZZ_SECONDS=N fuzzes longer.  With KSPL_SNAPSHOT=DIR (see
# tests/match/snapshot.py) and KSPL_BLOBS='FILE...', matches these as well.

set -euo pipefail
cd "$(dirname "$0")/../.."

export CMOCKA_MESSAGE_OUTPUT=TAP
OUT=$PWD/build/match
FUZZ_SECONDS=${FUZZ_SECONDS:-10}
failed=0

make -s -C tests/match OUT="$OUT" || exit 1

"$OUT/sites_test" 2>&1 || failed=1
"$OUT/format_test" 2>&1 || failed=1
"$OUT/resolve_test" 2>&1 || failed=1

tests/match/make-sample "$OUT" || failed=1
"$OUT/snapshot_test" -m 10000 "$OUT" "$OUT"/*.blob || failed=1
if [ -n "${KSPL_SNAPSHOT-}" ]; then
	# shellcheck disable=SC2086 # a list
	"$OUT/snapshot_test" -m 10000 "$KSPL_SNAPSHOT" $KSPL_BLOBS || failed=1
fi

if [ -x "$OUT/format_fuzz" ]; then
	rm -rf "$OUT/corpus"
	mkdir -p "$OUT/corpus"
	cp "$OUT"/*.blob "$OUT/corpus/"
	if "$OUT/format_fuzz" -max_total_time="$FUZZ_SECONDS" -max_len=20000 -seed=1 \
		-artifact_prefix="$OUT/" "$OUT/corpus" >"$OUT/fuzz.log" 2>&1; then
		echo "ok 1 - fuzzing the format reader for $FUZZ_SECONDS s: $(tail -n 1 "$OUT/fuzz.log")"
	else
		tail -n 40 "$OUT/fuzz.log" | sed 's/^/# /'
		echo 'not ok 1 - fuzzing the format reader'
		failed=1
	fi
else
	echo 'ok 1 - fuzzing the format reader # SKIP no clang with libFuzzer'
fi
exit $failed

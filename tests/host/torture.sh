#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Whether torture sees what it is there to see, and a short slice of it with a
# fixed seed; make torture runs more. TORTURE_SECONDS=N: how long.
set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "$0")/../../scripts/lib.sh"
cd "$REPO/tests/torture"
make -s || exit 1
make -s -C "$REPO/tools/kspl-objdiff" || exit 1

# What changes code alone
KINDS=(constant condition added_check added_line removed_line moved_line
	called_with_other removed_call added_call signature header_inline new_static)
OUT=$REPO/build/torture/slice.jsonl
failed=0

./selftest.py | grep -v '^1\.\.' || failed=1
rm -f "$OUT"
./drive.py -n 10000 --seconds "${TORTURE_SECONDS:-20}" --seed 1 --versions 5 \
	--kinds "${KINDS[@]}" --out "$OUT" | sed 's/^/# /'
if ./sum.py "$OUT" >"$OUT.sum" && grep -q '"counts": true' "$OUT"; then
	echo 'ok - a slice of torture'
else
	echo 'not ok - a slice of torture'
	failed=1
fi
sed 's/^/# /' "$OUT.sum"
# Programs that die or do not compile would say nothing, quietly.
if grep -q '"broken"' "$OUT"; then
	echo 'not ok - all trials can be run'
	grep '"broken"' "$OUT" | head -n 3 | sed 's/^/# /'
	failed=1
else
	echo 'ok - all trials can be run'
fi
exit $failed

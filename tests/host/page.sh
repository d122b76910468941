#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# The page about an update (kspl-build --html): what it is made of, hostile text in it,
# its size. Prints TAP: one line per test.

set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "$0")/../../scripts/lib.sh"
# shellcheck source=tests/lib.sh
. "$REPO/tests/lib.sh"

TMP=$(mktemp -d)
trap 'rm -rf "$TMP"' EXIT

# --- the package page/ --------------------------------------------------------

(cd "$REPO/tests/page" && python3 -B -m unittest -v test_page) >"$TMP/unit" 2>&1 || :
awk -v list="$TMP/counts" '
	/ \.\.\. ok$/ { printf "ok %d %s\n", ++n, $1; next }
	/ \.\.\. (FAIL|ERROR)$/ { printf "not ok %d %s\n", ++n, $1; bad++; next }
	{ print "# " $0 }
	END { print n + 0, bad + 0 >list }' "$TMP/unit"
read -r TESTS BAD <"$TMP/counts"
check 'all unit tests are run' grep -q '^OK$' "$TMP/unit"

done_testing

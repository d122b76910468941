#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# What reads sources and patches for kspl-build. Prints TAP: one line per test.

set -euo pipefail
cd "$(dirname "$0")/../source"
code=0
python3 -B -m unittest -v test_source 2>&1 | awk '
	/ \.\.\. ok$/ { printf "ok %d %s\n", ++n, $1; next }
	/ \.\.\. (FAIL|ERROR)$/ { printf "not ok %d %s\n", ++n, $1; next }
	{ print "# " $0 }
	END { printf "1..%d\n", n }' || code=1
exit $code

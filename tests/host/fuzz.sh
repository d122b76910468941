#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# The fuzzers of what reads objects and updates' files build, and a short run of
# them finds nothing.
# make fuzz runs it longer, tests/host/match.sh that of the update's format.

set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "$0")/../../scripts/lib.sh"
# shellcheck source=tests/lib.sh
. "$REPO/tests/lib.sh"

if ! clang -fsanitize=fuzzer -x c -o /dev/null - 2>/dev/null \
	<<<'int LLVMFuzzerTestOneInput(const char *d, long n) { return 0; }'; then
	echo 'ok 1 - fuzzing the reader of objects # SKIP no clang with libFuzzer'
	echo 1..1
	exit 0
fi
check "fuzzing the reader of objects" \
	make -s -C "$REPO/tests/fuzz" run-elf FUZZ_SECONDS="${FUZZ_SECONDS:-20}" FUZZ_RUNS=3000
check "fuzzing the administrator's reader of updates, in 256 MB" \
	make -s -C "$REPO/tests/fuzz" run-update FUZZ_SECONDS="${FUZZ_SECONDS:-10}" FUZZ_RUNS=100000
done_testing

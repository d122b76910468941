# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# What the tests use of kselftest/ktap_helpers.sh, for kernels that have none (before
# 6.7). To be sourced.

# shellcheck disable=SC2034 # used by the tests
KSFT_FAIL=1 KSFT_SKIP=4
KTAP_PLAN=0 KTAP_PASSED=0 KTAP_FAILED=0 KTAP_SKIPPED=0

ktap_print_header() {
	echo TAP version 13
}

ktap_set_plan() {
	KTAP_PLAN=$1
	echo "1..$1"
}

ktap_skip_all() {
	echo "1..0 # SKIP $*"
}

ktap_number() {
	echo $((KTAP_PASSED + KTAP_FAILED + KTAP_SKIPPED))
}

ktap_test_pass() {
	KTAP_PASSED=$((KTAP_PASSED + 1))
	echo "ok $(ktap_number) $1"
}

ktap_test_fail() {
	KTAP_FAILED=$((KTAP_FAILED + 1))
	echo "not ok $(ktap_number) $1"
}

ktap_test_skip() {
	KTAP_SKIPPED=$((KTAP_SKIPPED + 1))
	echo "ok $(ktap_number) $1 # SKIP"
}

ktap_finished() {
	echo "# Totals: pass:$KTAP_PASSED fail:$KTAP_FAILED skip:$KTAP_SKIPPED"
	[ $((KTAP_PASSED + KTAP_SKIPPED)) -eq "$KTAP_PLAN" ] || exit "$KSFT_FAIL"
	exit 0
}

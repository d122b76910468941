#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Runs the tests: tests/host/* (no VM needed), then tests/vm/* (boot kernels).
#
# run.sh [PATTERN...]	only those whose path holds one of the patterns, such as
#			'host' or 'vm/kselftest'
#
# A test is an executable file, a *.sh or a cmocka binary, run from the repo's
# root. It prints TAP (each ok and not ok counts), or just exits: 0 passed,
# 4 skipped, else failed. Its whole output stays in build/test/.
# Variables: KSPL_VERSION, KSPL_FLAVOURS (the kernels of the kselftests: series fp debug stock).

set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "$0")/../scripts/lib.sh"
cd "$REPO"

export CMOCKA_MESSAGE_OUTPUT=TAP
OUT=$REPO/build/test
mkdir -p "$OUT"
passed=0 failed=0 skipped=0
failures=()

selected() {
	local p

	[ ${#patterns[@]} -gt 0 ] || return 0
	for p in "${patterns[@]}"; do
		[[ $1 != *"$p"* ]] || return 0
	done
	return 1
}

# Top-level TAP lines of a log, as "passed failed skipped planned".
count_tap() {
	awk '
	/^1\.\.[0-9]+/ { split($1, p, /\.\./); planned += p[2]; next }
	/^ok( |$)/ { if (toupper($0) ~ /# SKIP/) s++; else ok++ }
	/^not ok( |$)/ { if (toupper($0) ~ /# (SKIP|TODO)/) s++; else bad++ }
	END { print ok + 0, bad + 0, s + 0, planned + 0 }' "$1"
}

run_one() {
	local t=$1 log code=0 start=$SECONDS ok bad skip planned name

	name=${t#tests/}
	log=$OUT/${name//\//-}.log
	printf '# %s\n' "$t"
	"$t" 2>&1 </dev/null | tee "$log" || code=${PIPESTATUS[0]}
	read -r ok bad skip planned < <(count_tap "$log")
	if [ $((ok + bad + skip)) -eq 0 ]; then
		case $code in
		0) ok=1 ;;
		4) skip=1 ;;
		*) bad=1 ;;
		esac
	else
		# Fewer than planned: it died on the way.
		if [ $((ok + bad + skip)) -lt "$planned" ]; then
			bad=$((planned - ok - skip))
		elif [ "$code" -ne 0 ] && [ "$code" -ne 4 ] && [ "$bad" -eq 0 ]; then
			bad=1
		fi
	fi
	passed=$((passed + ok))
	failed=$((failed + bad))
	skipped=$((skipped + skip))
	[ "$bad" -eq 0 ] || failures+=("$t: $bad failed (exit code $code), see build/test/${log##*/}")
	printf '# %s: %d passed, %d failed, %d skipped (%d s)\n\n' "$t" "$ok" "$bad" "$skip" \
		$((SECONDS - start))
}

patterns=("$@")
n=0
for t in tests/host/* tests/vm/*; do
	{ [ -f "$t" ] && [ -x "$t" ]; } || continue
	selected "$t" || continue
	n=$((n + 1))
	run_one "$t"
done
[ $n -gt 0 ] || die "no test matches: $*"

for f in "${failures[@]}"; do
	printf '# FAILED %s\n' "$f"
done
printf '%d passed, %d failed, %d skipped\n' $passed $failed $skipped
[ $failed -eq 0 ] && [ $((passed + failed)) -gt 0 ]

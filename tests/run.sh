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
# Variables: KSPL_VERSION; KSPL_FLAVOURS, the kernels of the kselftests: series fp
# debug stock, or FLAVOUR:GLOB (series, and test-hooks on stock); KSPL_CYCLES, how
# often test-atomic goes there and back (20); KSPL_DBG=1: tests/vm/49-debug.sh downloads the
# debug symbols of Debian's kernel, 300 MB; KSPL_STYLE=1: tests/style/*, too;
# KSPL_LANES=1: nothing runs beside the VMs (2: what needs no VM does, and after that
# tests/vm/4[5-9]*, of one guest now and then; the output of these comes at the end);
# KSPL_PARALLEL: how many guests of the kselftests run at a time
# (2). All that a release is tested with: tests/all.sh.

set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "$0")/../scripts/lib.sh"
cd "$REPO"

export CMOCKA_MESSAGE_OUTPUT=TAP
TIMEFORMAT='%U %S'
[ "${KSPL_TESTS:-}" ] || : "${KSPL_FLAVOURS:=series stock:test-h*}"
export KSPL_FLAVOURS="${KSPL_FLAVOURS:-series}" KSPL_CYCLES="${KSPL_CYCLES:-20}"
export KSPL_LANES="${KSPL_LANES:-2}" KSPL_PARALLEL="${KSPL_PARALLEL:-2}"
OUT=$REPO/build/test
mkdir -p "$OUT"

selected() {
	local p

	if [ ${#patterns[@]} -eq 0 ]; then
		[[ $1 != tests/style/* ]] || [ "${KSPL_STYLE:-}" ]
		return
	fi
	for p in "${patterns[@]}"; do
		[[ $1 != *"$p"* ]] || return 0
	done
	return 1
}

# --- what will run, and for how long about -----------------------------------

# seconds NAME: as the last time, else as it may take
seconds() {
	awk -v name="$1" '$1 == name { s = $2 } END { print s + 0 }' tests/times <(cat "$OUT/times" 2>/dev/null || :)
}

minutes() {
	printf '%d min' $((($1 + 59) / 60))
}

# Does a test of these want a kernel that is not built yet?
kernel_is_missing() {
	[[ " ${tests[*]} " = *' tests/vm/'* ]] &&
		! compgen -G "$CACHE/build/*-series/.ksplice-stamp" >/dev/null
}

# Are there two lanes?
beside() {
	[ "$KSPL_LANES" -gt 1 ] && [ ${#first[@]} -ne 0 ] && [ ${#second[@]} -ne 0 ]
}

plan() {
	local t dir n sum all one=0 two=0

	for dir in host style vm; do
		n=0 sum=0
		for t in "${tests[@]}"; do
			[[ $t = tests/$dir/* ]] || continue
			n=$((n + 1))
			sum=$((sum + $(seconds "${t#tests/}")))
		done
		[ $n -eq 0 ] || printf '# tests/%s: %d, about %s\n' $dir $n "$(minutes $sum)"
	done
	for t in "${first[@]}"; do
		one=$((one + $(seconds "${t#tests/}")))
	done
	for t in "${second[@]}"; do
		two=$((two + $(seconds "${t#tests/}")))
	done
	all=$((one + two))
	! beside || all=$((one > two ? one : two))
	if kernel_is_missing; then
		sum=$(seconds kernel)
		printf '# the series kernel, which is built first, once: about %s\n' "$(minutes "$sum")"
		all=$((all + sum))
	fi
	[ ${#tests[@]} -le 1 ] || printf '# together about %s; with T=PATTERN less\n\n' "$(minutes $all)"
}

# --- one test ------------------------------------------------------------------

# Top-level TAP lines of a log, as "passed failed skipped planned".
count_tap() {
	awk '
	/^1\.\.[0-9]+/ { split($1, p, /\.\./); planned += p[2]; next }
	/^ok( |$)/ { if (toupper($0) ~ /# SKIP/) s++; else ok++ }
	/^not ok( |$)/ { if (toupper($0) ~ /# (SKIP|TODO)/) s++; else bad++ }
	END { print ok + 0, bad + 0, s + 0, planned + 0 }' "$1"
}

# run_one TEST: its output, and a line "passed failed skipped" in the results
run_one() {
	local t=$1 log code=0 start=$SECONDS ok bad skip planned name cpu

	name=${t#tests/}
	log=$OUT/${name//\//-}.log
	cpu=$OUT/${name//\//-}.cpu
	printf '# %s\n' "$t"
	# On a busy machine the CPU time is the one that says something.
	{ time "$t" 2>&1 </dev/null | tee "$log" || code=${PIPESTATUS[0]}; } 2>"$cpu"
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
	printf '%d %d %d %s\n' "$ok" "$bad" "$skip" \
		"$t: $bad failed (exit code $code), see build/test/${log##*/}" >>"$RESULTS"
	[ "$bad" -ne 0 ] || printf '%s %d\n' "$name" $((SECONDS - start)) >>"$OUT/times"
	printf '# %s: %d passed, %d failed, %d skipped (%d s, %.0f s of CPU time)\n\n' "$t" \
		"$ok" "$bad" "$skip" $((SECONDS - start)) "$(awk 'END { print $1 + $2 }' "$cpu")"
}

run_these() {
	local t

	for t in "$@"; do
		run_one "$t"
	done
}

# --- all of them -----------------------------------------------------------------

patterns=("$@")
tests=() first=() second=()
for t in tests/host/* tests/style/* tests/vm/*; do
	{ [ -f "$t" ] && [ -x "$t" ]; } || continue
	selected "$t" || continue
	tests+=("$t")
	case $t in
	tests/vm/4[5-9]* | tests/host/* | tests/style/*) second+=("$t") ;;
	*) first+=("$t") ;;
	esac
done
[ ${#tests[@]} -gt 0 ] || die "no test matches: $*"
RESULTS=$(mktemp "$OUT/results.XXXXXX")
trap 'rm -f "$RESULTS"' EXIT
plan

if beside; then
	# The kernel takes all CPUs; its tests then leave one free.
	vm/build-kernel series >/dev/null
	run_these "${second[@]}" >"$OUT/lane.log" 2>&1 &
	lane=$!
	run_these "${first[@]}"
	wait $lane || die "the second lane was cut off, see build/test/lane.log"
	cat "$OUT/lane.log"
else
	run_these "${tests[@]}"
fi

passed=0 failed=0 skipped=0
while read -r ok bad skip what; do
	passed=$((passed + ok))
	failed=$((failed + bad))
	skipped=$((skipped + skip))
	[ "$bad" -eq 0 ] || printf '# FAILED %s\n' "$what"
done <"$RESULTS"
printf '%d passed, %d failed, %d skipped\n' $passed $failed $skipped
[ $failed -eq 0 ] && [ $((passed + failed)) -gt 0 ]

#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC1090,SC2034,SC2317 # functions of other scripts, and what they use
#
# scripts/results: what is kept of tests, and the table that is made of it, in a
# checkout of its own; and the table that Documentation/kernels.rst has.

set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "$0")/../../scripts/lib.sh"
# shellcheck source=tests/lib.sh
. "$REPO/tests/lib.sh"

unset KSPL_COMMIT
TMP=$(mktemp -d)
trap 'rm -rf "$TMP"' EXIT
export KSPL_RESULTS=$TMP/kept
mkdir -p "$TMP/repo/scripts" "$TMP/repo/Documentation"
cp "$REPO/scripts/results" "$TMP/repo/scripts/"
cat >"$TMP/repo/Documentation/kernels.rst" <<'END'
before
.. The table is written by scripts/results.
.. The end of the table.
behind
END
cd "$TMP/repo"
commit() {
	git add -A && git -c user.name=x -c user.email=x@example.org commit -q --allow-empty -m "$1" &&
		git rev-parse HEAD
}
git init -q
first=$(commit first)
echo 'CONFIG_CC_VERSION_TEXT="x86_64-linux-gnu-gcc-12 (Debian 12.2.0-14+deb12u1) 12.2.0"' >"$TMP/config"
results() { scripts/results "$@"; }
add() { results add "$1" "$2" "$3" "$TMP/config" "${@:4}"; }
# row SERIES SUITE CONFIG: its cells, one a line
row() {
	results table && grep -A 7 -xF "   * - $1 ($2)" Documentation/kernels.rst |
		awk -v config="     - $3" '/^   \*/ { head = $0; next }
			$0 == config { on = 1; next } /^--$/ { on = 0 } on && ++n <= 6 { sub(/^     - /, ""); print }'
}
none='no result on record'
cells() {
	diff -u <(printf '%s\n' "${@:4}") <(row "$1" "$2" "$3")
}

check 'without results: that is said' cells 6.1 bookworm cloud-amd64 "$none" "$none" "$none" "$none" "$none" "$none"
check 'what is around the table stays' test "$(sed -n '1p;$p' Documentation/kernels.rst | paste -sd,)" = before,behind
git checkout -q .
check 'a result is kept' add match 6.1.192-3 cloud-amd64 ok '136 of 136 objects, 100.0%'
check '... by the id of the commit' test -s "$KSPL_RESULTS/$first"
check '... outside the checkout' test -z "$(git status --porcelain)"
check '... and is in the table' cells 6.1 bookworm cloud-amd64 'gcc 12.2.0' \
	"136 of 136 objects, 100.0% [6.1.192-3, ${first:0:12}]" "$none" "$none" "$none" "$none"
git checkout -q .
second=$(commit second)
check 'a later one' add match 6.1.187-1 cloud-amd64 failed '135 of 136 objects, 99.9%'
check "... of another test" add kselftests 6.1.192-3 cloud-amd64 ok '1 result'
check '... takes its place, and is a failure if it is one' cells 6.1 bookworm cloud-amd64 'gcc 12.2.0' \
	"failed: 135 of 136 objects, 99.9% [6.1.187-1, ${second:0:12}]" "$none" "1 result [6.1.192-3, ${second:0:12}]" "$none" "$none"
check 'the table has the form' results check
git checkout -q .

echo changed >other
check 'of a tree with changes' add match 6.1.192-3 cloud-amd64 ok 'not committed'
check '... it is kept' test -s "$KSPL_RESULTS/$second-dirty"
rm other
not_in_table() { results table && ! grep -qF -- "$1" Documentation/kernels.rst; }
check '... and not in the table' not_in_table 'not committed'
git checkout -q .
git checkout -q -b aside
aside=$(commit aside)
add match 6.1.192-3 cloud-amd64 ok 'of a branch'
git checkout -q -
check "a result of another branch: not in the table" not_in_table 'of a branch'
check '... it was kept' test -s "$KSPL_RESULTS/$aside"
git checkout -q .
check 'a commit that was said' env KSPL_COMMIT="$first-dirty" scripts/results add match 6.1.192-3 amd64 "$TMP/config" ok said
check '... is taken' grep -q said "$KSPL_RESULTS/$first-dirty"
check 'which commit it is' says "^$second\$" results commit
check '... said by hand' says "^$first-dirty\$" env KSPL_COMMIT="$first-dirty" scripts/results commit
check '... one that is none: refused' exits 1 env KSPL_COMMIT=../../x scripts/results add match 6.1.192-3 amd64 "$TMP/config" ok said

add update 6.12.117-1~deb12u1 amd64 ok bookworm-twelve
add update 6.12.118-1 amd64 ok trixie-twelve
check "Debian 12's 6.12" says '^bookworm-twelve \[' row 6.12 bookworm amd64
check "... and Debian 13's" says '^trixie-twelve \[' row 6.12 trixie amd64
git checkout -q .
check 'a version of neither: refused' says 'is no kernel of the table' add match 6.12.118-1~bpo11+1 amd64 ok x
check 'no kernel of the table: refused' says 'is no kernel of the table' add match 6.1.192-3 fp ok x
check 'no test: refused' says "no test 'nothing'" add nothing 6.1.192-3 amd64 ok x
check 'figures with marks: refused' says 'characters that a table has not' add match 6.1.192-3 amd64 ok '*much*'
check '... with a line end: refused' says 'characters that a table has not' add match 6.1.192-3 amd64 ok $'much\nmore'
check 'no figures: refused' says 'characters that a table has not' add match 6.1.192-3 amd64 ok ''
check 'neither ok nor failed: refused' says 'ok or failed' add match 6.1.192-3 amd64 fine x
check 'no compiler in the configuration: refused' says 'does not tell which compiler' results add match 6.1.192-3 amd64 /dev/null ok x
check 'a name of a file: refused' says 'is no version' add match 6.1.192-3/../../x amd64 ok x
kept_before=$(cat "$KSPL_RESULTS"/* | wc -l)
check '... with exit code 2' exits 2 add nothing 6.1.192-3 amd64 ok x
check '... and nothing is kept' test "$kept_before" = "$(cat "$KSPL_RESULTS"/* | wc -l)"
echo '{"time": 1}' >>"$KSPL_RESULTS/$second"
check 'a file of something else: refused' says "$second, line .*: that is no result" results table
sed -i '$d' "$KSPL_RESULTS/$second"
# no_result SED|TEXT: the last line, changed so, or another one
no_result() {
	local ret=0

	cp "$KSPL_RESULTS/$second" "$TMP/good"
	case $1 in
	s/*) tail -n 1 "$TMP/good" | sed "$1" >>"$KSPL_RESULTS/$second" ;;
	*) printf '%b\n' "$1" >>"$KSPL_RESULTS/$second" ;;
	esac
	says 'line [0-9]+: that is no result. Remove the line$' results table || ret=1
	cp "$TMP/good" "$KSPL_RESULTS/$second"
	return $ret
}
check '... a time that never comes' no_result 's/"time": [0-9.]*/"time": Infinity/'
check '... one of a clock that was wrong' no_result 's/"time": [0-9.]*/"time": 99999999999/'
check '... what is no number' no_result 's/"time": [0-9.]*/"time": NaN/'
check '... a configuration that is no word' no_result 's/"config": "[^"]*"/"config": ["a"]/'
check '... lists in lists' no_result "$(printf '%100000s' '' | tr ' ' '[')"
check '... no text' no_result '\377\376'

# by_hand SED: a table that is changed so is seen
by_hand() {
	results table && results check && sed -i "$1" Documentation/kernels.rst && exits 1 scripts/results check
}
check 'changed by hand: a cell' by_hand '/135 of 136/s/ \[.*//'
git checkout -q .
check '... a mark in it' by_hand '/135 of 136/s/135/*135*/'
git checkout -q .
check '... a result at the place of none' by_hand "0,/$none/s//all is well/"
git checkout -q .
check '... a result that is moved to another kernel' by_hand "0,/$none/! { 0,/$none/s//1 result [6.1.192-3, ${second:0:12}]/ }"
git checkout -q .
check '... a row less' by_hand '0,/   \* - 6.1 /{/   \* - 6.1 /d}'
git checkout -q .
check '... a space' by_hand "0,/$none/s//$none /"
git checkout -q .
check '... a line in between' by_hand '/:header-rows/a\   :widths: 1'
git checkout -q .

# What tests/match/stock makes of what its test prints, which has to be still of this form
. <(sed -n '/^figures() {/,/^}/p' "$REPO/tests/match/stock")
printf '%s\n' '# 135 of 136 objects, 2558 functions, 1 left over, 99 bytes, 1 symbols, 0 overridden' '# jump label 5 sites' \
	'ok 1 - some.blob' 'not ok 137 - 9999 mutations (17 of tables and features) refused, 1 accepted' >"$TMP/log"
check 'the figures of match-stock' test "$(figures "$TMP/log")" = \
	'135 of 136 objects, 2558 functions, 1 left over, 9999 mutations refused, 1 accepted'
check '... are what its test prints' \
	grep -qF '# %d of %d objects, %lu functions, %lu left over, %lu bytes' "$REPO/tests/match/snapshot_test.c"
check '... of mutations, too' \
	grep -qF 'ok %u - %u mutations (%u of tables and features) refused, %u accepted' "$REPO/tests/match/snapshot_test.c"

# kselftests ONLY N BAD SKIPS: what tests/vm/50-kselftest.sh keeps of a flavour that began at 3
# results, of which 1 failed and 1 was skipped
kselftests() {
	(
		. <(sed -n '/^keep() {/,/^}/p' "$REPO/tests/vm/50-kselftest.sh")
		keep_result() { printf '%s;' "$@"; }
		only=$1 n=$2 bad=$3 skips=$4 begin=(3 1 1) version=6.1.192-3 flavour=stock B=/build image=/image KSPL_CYCLES=20
		keep
	)
}
check 'the figures of the kselftests' test "$(kselftests '*' 103 1 3)" = \
	'kselftests;6.1.192-3;cloud-amd64;/image/config;ok;100 results, 0 failed, 2 skipped, 20 cycles;'
check '... that failed' says ';failed;100 results, 4 failed' kselftests '*' 103 5 1
check '... of a part: none' test -z "$(kselftests 'test-h*' 103 1 3)"

check 'Documentation/kernels.rst has the table as it is written' "$REPO/scripts/results" check
done_testing

#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC2030,SC2031,SC2034,SC2317 # parts of kspl-build run in subshells
#
# Which objects kspl-build --each puts into one update, and what it
# still tries when some of them are refused.

set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "$0")/../../scripts/lib.sh"
# shellcheck source=tests/lib.sh
. "$REPO/tests/lib.sh"

TMP=$(mktemp -d)
trap 'rm -rf "$TMP"' EXIT

# case_of COMMAND...: a needs b, b and c need one another, d needs nobody; e/a
# has the base name of a
case_of() {
	(
		declare -A MODULE_OF=() VIEW_OF=()
		NAME=n NAME_MAX=47 WORK=$TMP EACH=$TMP/out
		verbose() { :; }
		json_string() { printf '"%s"' "$1"; }
		# shellcheck source=tools/kspl-build/each.sh
		. "$REPO/tools/kspl-build/each.sh"
		mkdir -p "$EACH" "$WORK/each"
		printf 'a.o b.o\nb.o c.o\nc.o b.o\n' >"$WORK/links"
		make_groups a.o b.o c.o d.o e/a.o
		"$@"
		for name in "${GROUPS_LEFT[@]}"; do
			printf '%s: %s\n' "$name" "${MEMBERS[$name]% }"
		done
	)
}

# refused OBJECT: what stays refused with it
refused() {
	printf '{"refusals": [{"source": "%s"}]}' "$1" >"$WORK/each/n-001-a.json"
	each_json n-001-a refused '' '' a.o b.o c.o
	GROUPS_LEFT=()
	try_others n-001-a
	printf 'refused: %s\n' "${MEMBERS[n-001-a]% }"
	jq -r '.objects | map(.object) | join(" ")' "$EACH/n-001-a.json"
}

gives() { diff <("${@:2}") <(printf '%b' "$1"); }

check "what needs one another is one update" gives \
	'n-001-a: a.o b.o c.o\nn-002-d: d.o\nn-003-a: e/a.o\n' case_of true
check "without one that nobody needs, the others are tried" gives \
	'refused: a.o\na.o\nn-004-b: b.o c.o\n' case_of refused a.o
check "what needs one that is refused is refused with it" gives \
	'refused: a.o b.o c.o\na.o b.o c.o\n' case_of refused b.o
done_testing

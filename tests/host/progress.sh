#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# The line of progress: one line on a terminal, two elsewhere; whose output and exit
# code a step has; the time left.

set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "$0")/../../scripts/lib.sh"
# shellcheck source=tests/lib.sh
. "$REPO/tests/lib.sh"

TMP=$(mktemp -d)
trap 'rm -rf "$TMP"' EXIT
export XDG_CACHE_HOME=$TMP/cache

cat >"$TMP/steps" <<END
#!/bin/bash
set -euo pipefail
. "$REPO/scripts/lib.sh"
. "$REPO/scripts/progress.sh"
step() {
	echo noise >&2
	echo result
	sleep \$1
	return \$2
}
PROGRESS_PART=\${3:-} progress 'a step' 30 step "\$1" "\$2"
END
chmod +x "$TMP/steps"

elsewhere() {
	"$TMP/steps" "$@" 2>&1
}
# As on a terminal; what is drawn over it is still in it.
on_terminal() {
	script -qec "$TMP/steps $*" /dev/null | tr '\r' '\n'
}

check 'elsewhere: a line at the start, with the guess' says '^steps: a step \(about 30 s\)$' elsewhere 0 0
check '... and one at the end' says '^steps: a step: [0-9] s$' elsewhere 0 0
check '... the next guess is what it took' says '^steps: a step \(about [0-9] s\)$' elsewhere 0 0
check '... its stdout is passed on' says '^result$' elsewhere 0 0
check '... what it says besides is not shown' exits 1 grep noise <(elsewhere 0 0)
check 'if it fails, that is shown' says '^noise$' elsewhere 0 3
check '... and its exit code is that of the step' exits 3 elsewhere 0 3
check 'two lines and its stdout, no more' test "$(elsewhere 1 0 | wc -l)" -eq 3

rm -rf "$TMP/cache"
check 'on a terminal: how long, how long still' says 'a step: [0-9] s, about [0-9]+ s left' on_terminal 2 0
check '... over and over in one line' test "$(script -qec "$TMP/steps 2 0" /dev/null | wc -l)" -le 2
echo 500 >"$TMP/part"
rm -rf "$TMP/cache"
check 'with a share: the time left is worked out from it' \
	says 'a step, 50 %: [1-3] s, about [1-3] s left' on_terminal 3 0 "$TMP/part"
mkdir -p "$TMP/cache/ksplice/times"
echo 1 >"$TMP/cache/ksplice/times/a_step"
check 'longer than guessed: says so' says 'a step: [2-4] s, longer than expected' on_terminal 3 0

done_testing

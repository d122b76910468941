# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# For tests in bash: check NAME COMMAND... prints one TAP line.

TESTS=0
BAD=0

check() {
	local name=$1 out

	shift
	TESTS=$((TESTS + 1))
	if out=$("$@" 2>&1); then
		printf 'ok %d %s\n' $TESTS "$name"
	else
		BAD=$((BAD + 1))
		[ ! "$out" ] || printf '%s\n' "$out" | sed 's/^/# /'
		printf 'not ok %d %s\n' $TESTS "$name"
	fi
}

# exits CODE COMMAND...: is that the exit code?
exits() {
	local want=$1 code=0

	shift
	"$@" || code=$?
	[ $code -eq "$want" ] || {
		echo "exit code $code, expected $want: $*"
		return 1
	}
}

# says REGEX COMMAND...: does it print that?
says() {
	local want=$1 out

	shift
	out=$("$@" 2>&1) || :
	grep -qE -- "$want" <<<"$out" || {
		printf '%s\n' "$out"
		echo "expected: $want"
		return 1
	}
}

# json EXPRESSION COMMAND...: true of the object d that the command prints
json() {
	local want=$1 out

	shift
	out=$("$@" 2>/dev/null) || :
	python3 -c '
import json, sys
d = json.loads(sys.argv[2])
sys.exit(not eval(sys.argv[1]))' "$want" "$out" || {
		printf '%s\n' "$out"
		echo "expected: $want"
		return 1
	}
}

done_testing() {
	printf '1..%d\n' $TESTS
	[ $BAD -eq 0 ]
}

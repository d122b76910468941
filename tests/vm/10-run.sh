#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# vm/run itself, on the series kernel.

set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "$0")/../../scripts/lib.sh"
# shellcheck source=tests/lib.sh
. "$REPO/tests/lib.sh"

TMP=$(mktemp -d)
trap 'rm -rf "$TMP"' EXIT
"$REPO/vm/build-kernel" series >/dev/null
run() {
	"$REPO/vm/run" --timeout 300 "$@"
}
gone() {
	[ ! -e "$1" ]
}
below_tmp() {
	mkdir -p "$TMP/below"
	echo inside >"$TMP/below/file"
	(cd "$TMP/below" && run -- 'cat file; echo more >>file && rm file')
	[ -e "$TMP/below/file" ]
}
both() {
	run -- 'sleep 2; echo first' >"$TMP/1" &
	run -- 'sleep 2; echo second' >"$TMP/2"
	wait $!
	[ "$(cat "$TMP/1" "$TMP/2")" = $'first\nsecond' ]
}

# shellcheck disable=SC2016 # the guest expands it
check "boots, is root, in this directory" says "^0 $PWD\$" run -- 'echo $(id -u) $PWD'
check "... also where that is below /tmp" says '^inside$' below_tmp
check "hands back the exit code" exits 42 run -- 'exit 42'
check "arguments stay as they are" says '^<a b><\*>$' run -- printf '<%s>' 'a b' '*'

check "the guest's kernel is the series'" says '^/sys/kernel/ksplice$' run -- 'ls -d /sys/kernel/ksplice'
check "writes are forgotten" run -- "touch $REPO/.vm-test"
check "... really" gone "$REPO/.vm-test"
check "except in a shared directory" run --share "$TMP" -- "echo x >$TMP/shared"
check "... where they are seen" test -s "$TMP/shared"
check "modules load" run -- 'modprobe dummy && [ -d /sys/module/dummy ]'
check "the kernel log is left" run --dmesg "$TMP/dmesg" -- 'echo marked-by-test >/dev/kmsg'
check "... with what was in it" grep -q marked-by-test "$TMP/dmesg"
check "a panic is told from a failure" exits 125 run -- 'echo c >/proc/sysrq-trigger'
check "so is a timeout" exits 124 "$REPO/vm/run" --timeout 15 -- 'sleep 1000'
check "two at once" both
check "counting instructions" says '^ok$' run --icount -- 'echo ok'
check "no command: usage" exits 2 run
check "an unknown kernel: usage" exits 2 run --kernel nonsense -- true
done_testing

#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC2317 # functions are called by name
#
# The administrator's command, cut off at its system calls, and with calls that
# fail, and two of it at once: what is on the disk is the old or the new.
# KSPL_CUTS=all: at each call, with each error; KSPL_ORDERS=N: so many pairs.

set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "$0")/../../scripts/lib.sh"
# shellcheck source=tests/lib.sh
. "$REPO/tests/lib.sh"
# shellcheck source=tests/ksplice/lib.sh
. "$REPO/tests/ksplice/lib.sh"

export TOOL
if ! strace -qq -o /dev/null true 2>/dev/null; then
	echo 'ok 1 - cut off at system calls # SKIP strace may not trace here'
	echo 1..1
	exit 0
fi
"$make_update" fix-bar.ko fix-bar 6.12.1-test test_func
"$make_update" fix-foo-new.ko fix-foo 6.12.1-test test_func test_func2
# A signal that comes when it is loaded, and not yet applied
terminated() {
	boot
	exits 1 strace -qq -o /dev/null -E LD_PRELOAD="$TMP/fake.so" -e "inject=wait4:signal=$1:when=1" "$TOOL" apply fix-foo.ko &&
		absent "$U/fix-foo" && absent "$S/.marks/fix-foo@6.12.1-test"
}
code=0
for signal in TERM INT HUP QUIT; do
	check "SIG$signal between loading and applying: nothing stays loaded" terminated $signal
done
done_testing || code=1
unset KSPLICE_ROOT
"$REPO/tests/ksplice/cut.py" kill || code=1
"$REPO/tests/ksplice/cut.py" fail || code=1
"$REPO/tests/ksplice/orders.py" || code=1
exit $code

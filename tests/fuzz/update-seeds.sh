#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# update-seeds.sh OUT: what fuzzing the reader of updates' files starts from

set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "$0")/../../scripts/lib.sh"

mkdir -p "$1"
export NOSUM=1
make=$REPO/tests/ksplice/make-update.py
"$make" "$1/one.ko" fix-foo 6.12.1-test test_func
"$make" "$1/many.ko" fix-bar 6.12.1-test a b c d e f g h
SIGNED=1 "$make" "$1/signed.ko" fix-foo 6.12.1-test test_func
FORMAT=99 "$make" "$1/format.ko" fix-foo 6.12.1-test test_func

#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC2154,SC2086 # run.sh sets the variables
# An enum of a header that nothing of the file uses any more is not gone: what
# stands behind it is where it was. One that got another place is.
set -e
cd "$out"
cat >h.h <<'END'
enum { OLD_FIRST, OLD_SECOND };
struct between { int b; };
enum { NEW_FIRST = 5, NEW_SECOND };
static inline __attribute__((always_inline)) int behind(struct between *b) { return b->b; }
END
cat >h.c <<'END'
#include "kernel.h"
#include "h.h"
int uses(struct between *b, int x) { return x == PREPOST(OLD_SECOND, NEW_SECOND) ? ext(1) : behind(b); }
END
try() {
	code=0
	$CC $flags -g -I"$here" -c -o h0.o h.c
	[ $# -eq 0 ] || "$@"
	$CC $flags -g -I"$here" -DPOST -c -o h1.o h.c
	"$tool" diff h0.o h1.o >h.log || code=$?
	cat h.log
}
try
[ $code -eq 0 ]
# in the place of the old one
printf '%s\n' "$(sed '1s/.*/enum { NEW_SECOND, NEW_FIRST };/; 3s/.*//' h.h)" >h2.h
replaced() { mv h2.h h.h; }
try replaced
[ $code -eq 4 ]
grep -q 'OLD_SECOND\|OLD_FIRST' h.log

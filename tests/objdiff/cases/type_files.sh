#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC2154,SC2086 # run.sh sets the variables
# What stands in files that do not differ is the same in both sources, also where
# one of the objects does not describe it.
set -e
cd "$out"
cat >f.h <<'END'
enum { ONLY_FIRST, ONLY_SECOND };
END
cat >g.h <<'END'
struct dev { int a, b, added; };
END
cat >f.c <<'END'
struct dev;
extern int ext(int);
extern int dev_is_up(struct dev *d);
#include "f.h"
#ifdef POST
#include "g.h"
int unused(int x) { return ext(x == 7); }
int reads(struct dev *d) { return dev_is_up(d) + d->added; }
#else
int unused(int x) { return ext(x == ONLY_SECOND); }
int reads(struct dev *d) { return dev_is_up(d); }
#endif
END
$CC $flags -g -c -o f0.o f.c
$CC $flags -g -DPOST -c -o f1.o f.c
# compare [FILE...]: the files that differ
compare() {
	printf '%s\n' "$@" >f.list
	code=0
	if [ $# -eq 0 ]; then
		"$tool" diff f0.o f1.o >f.log || code=$?
	else
		"$tool" diff f0.o f1.o --changed f.list >f.log || code=$?
	fi
	cat f.log
}
compare
[ $code -eq 4 ]
grep -q 'refused: .*ONLY_FIRST is gone' f.log
grep -q 'refused: .*reads: it uses struct dev, whose layout the old object does not have' f.log
compare drivers/dev/f.c
[ $code -eq 0 ]
compare drivers/dev/f.c include/linux/f.h
[ $code -eq 4 ]
[ "$(grep -c 'refused: .*ONLY_FIRST is gone' f.log)" -eq 1 ]
[ "$(grep -c '^refused' f.log)" -eq 1 ]
compare drivers/dev/f.c include/linux/g.h
[ $code -eq 4 ]
[ "$(grep -c '^refused: .*reads: it uses struct dev' f.log)" -eq 1 ]
[ "$(grep -c '^refused' f.log)" -eq 1 ]

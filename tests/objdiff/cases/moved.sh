#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC2154,SC2086,SC2059 # run.sh sets the variables
# Several files: a function that went from one to the other, and a new file.
set -e
cd "$out"
cat >m.h <<'END'
extern int ext(int), moved(int), fresh(int);
END
cat >a0.c <<'END'
#include "m.h"
int stays(int x) { return ext(x); }
int moved(int x) { return ext(x) + 1; }
END
cat >a1.c <<'END'
#include "m.h"
int stays(int x) { return ext(x); }
END
cat >b0.c <<'END'
#include "m.h"
int user(int x) { return moved(x) + 1; }
END
cat >b1.c <<'END'
#include "m.h"
int __attribute__((noinline)) moved(int x) { return ext(x) + 2; }
int user(int x) { return moved(x) + 1 + fresh(x); }
END
cat >c1.c <<'END'
#include "m.h"
static int state;
int fresh(int x) { return x + state++; }
int unused(int x) { return x; }
END
for f in a0 a1 b0 b1 c1; do
	$CC $flags -c -o $f.o $f.c
done
"$tool" create --name moved --release test --symvers "$here/symvers" -o m.upd.o \
	--source a.o a0.o a1.o --source b.o b0.o b1.o --new c.o c1.o --json m.json --defined <(printf "%s\n" ext)
"$tool" inspect m.upd.o
"$tool" inspect m.upd.o | grep -q "^  moved (.*, a.o) by moved+0"
"$tool" inspect m.upd.o | grep -q "^  user (.*, b.o) by user+0"
readelf -sW m.upd.o | grep -q "FUNC .* fresh$"
! readelf -sW m.upd.o | grep -q "FUNC .* unused$" || exit 1
# direct calls within the update need no fixup
"$tool" inspect --json m.upd.o >m.txt
! grep -q '"symbol": "moved"' m.txt || exit 1
! grep -q '"symbol": "fresh"' m.txt || exit 1

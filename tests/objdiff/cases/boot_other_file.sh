#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC2154,SC2086 # run.sh sets the variables
# A number in a header: boot code of one file, what is filled in another that calls it.
# A third file that has nothing to do with either is no matter.
set -e
cd "$out"
cat >pool.c <<'END'
#include "kernel.h"
extern void *make_cache(const char *name, int size), *cache_alloc(void *);
static void *cache;
static int __init __used setup(void) { cache = make_cache("x", PREPOST(96, 192)); return 0; }
noinline void *pool_get(void) { return cache_alloc(cache); }
END
cat >user.c <<'END'
#include "kernel.h"
extern void *pool_get(void);
extern int copy(void *to, u64 n);
int fill(void) { return copy(pool_get(), PREPOST(96, 192)); }
END
cat >alone.c <<'END'
#include "kernel.h"
int alone(int x) { return ext(x + PREPOST(1, 2)); }
END
for f in pool user alone; do
	$CC $flags -I"$here" -c -o ${f}0.o $f.c
	$CC $flags -I"$here" -DPOST -c -o ${f}1.o $f.c
done
status=0
"$tool" create --name pool --release test --symvers "$here/symvers" -o pool.upd.o --json pool.json \
	--source pool.o pool0.o pool1.o --source user.o user0.o user1.o || status=$?
[ $status = 4 ]
[ "$(jq -c '[.refusals[] | [.code, .source, .what]]' pool.json)" = '[["boot_changed","user.o","setup"]]' ]
"$tool" create --name pool --release test --symvers "$here/symvers" -o pool.upd.o \
	--source pool.o pool0.o pool1.o --source alone.o alone0.o alone1.o
"$tool" create --name pool --release test --symvers "$here/symvers" -o pool.upd.o --boot-done setup \
	--source pool.o pool0.o pool1.o --source user.o user0.o user1.o

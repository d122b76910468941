#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC2154,SC2086 # run.sh sets the variables
# A module starts in the old way, also one that is loaded later; its end is replaced.
set -e
cd "$out"
cat >modboot.c <<'END'
#include "kernel.h"
extern void *make_cache(const char *name, int size);
extern int copy(void *to, u64 n);
static void *cache;
static int start(void) { cache = make_cache("x", PREPOST(96, 192)); return 0; }
int init_module(void) __attribute__((alias("start")));
int fill(void) { return copy(cache, PREPOST(96, 192)); }
END
cat >modexit.c <<'END'
#include "kernel.h"
struct node { struct node *next; };
extern void put(struct node *n);
#ifdef POST
static struct node *list;
#endif
int add(struct node *n)
{
#ifdef POST
	n->next = list;
	list = n;
#endif
	return ext(1);
}
static void __section(".exit.text") __attribute__((used)) finish(void)
{
	ext(2);
#ifdef POST
	for (; list; list = list->next)
		put(list);
#endif
}
END
for f in modboot modexit; do
	$CC $flags -I"$here" -c -o ${f}0.o $f.c
	$CC $flags -I"$here" -DPOST -c -o ${f}1.o $f.c
	status=0
	"$tool" create --name mod --release test --symvers "$here/symvers" -o mod.upd.o --json $f.json \
		--target mod --source $f.o ${f}0.o ${f}1.o || status=$?
	echo $status >$f.status
done
[ "$(cat modboot.status)" = 4 ]
[ "$(cat modexit.status)" = 0 ]
[ "$(jq -c '[.refusals[] | [.code, .what]]' modboot.json)" = '[["boot_changed","init_module"]]' ]

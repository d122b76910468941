#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC2154,SC2086 # run.sh sets the variables
# Functions of the module that have the names of others, which keep no pointer: these do.
set -e
# shellcheck source=tests/objdiff/report.sh
. "$here/report.sh"
cd "$out"
cat >own.c <<'END'
#include "kernel.h"
struct conf { int a, b; };
static const struct conf given = { 1, PREPOST(2, 3) }, left = { 2, PREPOST(3, 4) };
static const struct conf lent = { 3, PREPOST(4, 5) };
static const struct conf *held[3];
noinline int match_token(const struct conf *c) { held[0] = c; return c->a; }
noinline int strlcat(const struct conf *c, int x) { held[1] = c; return c->a + x; }
noinline int sscanf(const struct conf **c) { held[2] = *c; return ext(1); }
int give(void) { return match_token(&given) + 1; }
int leave(int x) { return strlcat(&left, x); }
int lend(void)
{
	const struct conf *c = &lent;

	return sscanf(&c) + 1;
}
int get(int i) { return held[i]->b; }
END
$CC $flags -I"$here" -c -o ownpre.o own.c
$CC $flags -I"$here" -DPOST -c -o ownpost.o own.c
status=0
"$tool" create --name mod --release test --symvers "$here/symvers" -o own.upd.o --json own.json \
	--target mod --source own.o ownpre.o ownpost.o || status=$?
[ "$status" = 4 ]
is "const_escapes:given const_escapes:left const_escapes:lent" \
	"$(names '.refusals[] | .code + ":" + .what' own.json)"

#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC2154,SC2086 # run.sh sets the variables
# --partial: a clone that the compiler made (constprop, isra, part) is left out as well
# if it has a function in it that is; its symbol is not the name that debug information has.
set -e
# shellcheck source=tests/objdiff/report.sh
. "$here/report.sh"
cd "$out"
cat >k.c <<'END'
#include "kernel.h"
extern int note(int);
/* refused for the short jump label at its entry */
int stays(int x)
{
	asm goto("1: jmp %l[yes]\n.pushsection __jump_table,\"aw\"\n.balign 8\n"
		 ".long 1b - ., %l[yes] - .\n.quad key - .\n.popsection" : : : : yes);
	return ext2(x);
yes:	return note(PREPOST(1, 2));
}
static noinline int constant(int *p, int k)
{
	int i, s = 0;

	for (i = 0; i < k; i++)
		s += ext(p[i] * k);
	return s + stays(k);
}
int a(int *p) { return constant(p, 9) + 1; }
int b(int *p) { return constant(p, 9) + 3; }
struct pair { int x, y; };
static noinline int by_value(struct pair *p) { return ext(p->x) + stays(p->x) + note(p->x); }
int c(int x) { struct pair p = { x, 1 }; return by_value(&p) + 1; }
int d(int x) { struct pair p = { x, 2 }; return by_value(&p) + 2; }
/* two levels of inlining */
static inline __attribute__((always_inline)) int between(int k) { return stays(k) + 1; }
static noinline int deep(int *p, int k) { return ext(p[0] * k) + ext2(p[1] * k) + between(k); }
int e(int *p) { return deep(p, 7) + 1; }
int f(int *p) { return deep(p, 7) + 3; }
int apart(int x) { return ext(x) + PREPOST(1, 2); }
END
$CC $flags -g -I"$here" -c -o k0.o k.c
$CC $flags -g -I"$here" -DPOST -c -o k1.o k.c
"$tool" create --partial --name clone --release test --symvers "$here/symvers" -o k.upd.o \
	--source k.o k0.o k1.o --json k.json
is apart "$(names '.objects[].replaced[].name' k.json)"

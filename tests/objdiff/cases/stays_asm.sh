#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC2154,SC2086 # run.sh sets the variables
# Inline assembly gets an address of the update's memory where functions of C get none.
set -e
cd "$out"
check()
{
	cat >asm.c
	$CC $flags -I"$here" -c -o asm0.o asm.c
	$CC $flags -I"$here" -DPOST -c -o asm1.o asm.c
	"$tool" diff asm0.o asm1.o --json >asm.json
	grep -q '"stays": true' asm.json
}
check <<'END'
#include "kernel.h"
void f(long *u)
{
#ifdef POST
	static int fresh[4];
	register long v asm("rax") = (long)fresh;

	asm volatile("call __put_user_8" : "+r"(v) : "c"(u) : "rbx", "memory");
#endif
	ext((long)u);
}
END
check <<'END'
#include "kernel.h"
void f(int x)
{
#ifdef POST
	static int fresh[4];

	asm volatile("vmcall" : : "a"(fresh) : "memory");
#endif
	ext(x);
}
END
check <<'END'
#include "kernel.h"
void f(int x)
{
#ifdef POST
	static int fresh[4];

	asm volatile("syscall" : : "b"(fresh) : "memory", "rcx", "r11");
#endif
	ext(x);
}
END

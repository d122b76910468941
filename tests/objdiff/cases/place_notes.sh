#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC2154,SC2086 # run.sh sets the variables
# What has no code of its own, and only counts after the next boot, is told.
set -e
cd "$out"
cat >p.c <<'END'
#include "kernel.h"
static int (*hook)(int) __section(PREPOST(".data", ".data..ro_after_init")) = ext;
void __init setup(void) { hook = ext2; }
int hooked(int x) { return hook(x); }
__attribute__((aligned(PREPOST(16, 64)))) int aligned(int x) { return ext(x) + 3; }
int licensed(int x) { return ext(x) * 5; }
asm(".pushsection .export_symbol,\"a\"\n__export_symbol_licensed: .asciz \"" PREPOST("", "GPL") "\"; .asciz \"\"\n"
    ".balign 8; .quad licensed\n.popsection");
int probed(int x) { return ext(x) * 7; }
#ifndef POST
static void *listed __section("_kprobe_blacklist") __used = (void *)probed;
#endif
END
$CC $flags -I"$here" -c -o p0.o p.c
$CC $flags -I"$here" -DPOST -c -o p1.o p.c
code=0
"$tool" diff p0.o p1.o >p.log || code=$?
cat p.log
[ $code -eq 3 ]
grep -q '^warning: .*: hook is read-only after boot now' p.log
grep -q '^warning: .*: aligned is aligned to 64 now' p.log
grep -q '^warning: .*: the export of licensed has another license or namespace now' p.log
grep -q '^note: .*: probes on probed are allowed now, but' p.log
[ "$(grep -c '^warning:' p.log)" -eq 3 ]

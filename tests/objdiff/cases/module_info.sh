#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC2154,SC2086 # run.sh sets the variables
# Module information has no effect on what runs: nothing changes, and a note says what.
set -e
# shellcheck source=tests/objdiff/report.sh
. "$here/report.sh"
cd "$out"
cat >i.c <<'END'
#include "kernel.h"
#define INFO(name, text) static const char name[] __used __section(".modinfo") = text;
INFO(a, "license=GPL")
INFO(b, PREPOST("alias=pci:v1", "alias=pci:v2"))
int f(int x) { return ext(x); }
END
$CC $flags -I"$here" -c -o i0.o i.c
$CC $flags -I"$here" -DPOST -c -o i1.o i.c
code=0
"$tool" diff --json i0.o i1.o >i.json || code=$?
[ $code -eq 3 ]
[ "$(jq -r '.notes[].text' i.json | grep -c 'alias=pci:v[12].* is \(gone\|new\)')" -eq 2 ]
[ "$(jq '.notes | length' i.json)" -eq 2 ]
code=0
"$tool" diff --json i1.o i1.o >i.json || code=$?
[ "$(jq '.notes | length' i.json)" -eq 0 ]

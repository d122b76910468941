#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC2154,SC2086,SC2059 # run.sh sets the variables
# An address of new data that a function returns: it stays with the update as long
# as all callers are known and none of them lets it out.
set -e
cd "$out"
cat >r.c <<'END'
#include "kernel.h"
struct ops { int (*f)(int); int n; };
static const char *const words[] = { "zero", "one", "two", "three" };
#ifdef POST
static noinline const char *word(int x) { return words[x & 3]; }
#ifdef TWICE
static noinline const char *next(int x) { return word(x + 1); }
#else
#define next word
#endif
#else
#define next(x) "none"
#endif
#ifdef KEPT
extern const char *kept;
int first(int x) { kept = next(x); return ext(x); }
#endif
int second(int x) { return ext(*next(x)); }
#if defined(GLOBAL) && defined(POST)
const char *word_of(int x) { return next(x) + ext(x); }
int third(int x) { return ext(*word_of(x)); }
#else
int third(int x) { return ext(x); }
#endif
#if defined(POINTER) && defined(POST)
const char *(*volatile word_by)(int) = next;
int fourth(int x) { return ext(*word_by(x)); }
#else
int fourth(int x) { return ext(x); }
#endif
END
# stays WANTED CFLAGS...
stays()
{
	local wanted=$1 got=0

	shift
	$CC $flags -I"$here" "$@" -c -o r.pre.o r.c
	$CC $flags -I"$here" "$@" -DPOST -c -o r.post.o r.c
	"$tool" diff r.pre.o r.post.o --defined /dev/null >r.txt
	! grep -q 'stays loaded' r.txt || got=1
	[ $got = $wanted ] || { echo "$*: expected $wanted, got $got"; cat r.txt; exit 1; }
}
stays 0
stays 0 -DTWICE
stays 1 -DKEPT
stays 1 -DKEPT -DTWICE
stays 1 -DGLOBAL
stays 1 -DPOINTER

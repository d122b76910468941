// SPDX-License-Identifier: GPL-2.0
// The compiler gives large arrays more than they ask for, and what is beside others stands by chance.
// cflags: -g -gdwarf-4
// replace: reads
#include "kernel.h"
typedef int s32;
static PREPOST(int, s32) large[64] = { 1 };
#ifdef POST
static char fresh[3] __section(".data..read_mostly") __used = "x";
#endif
static char beside[4] __section(".data..read_mostly") = "def";
static char less[8] __attribute__((aligned(PREPOST(64, 8)))) = "def";
static struct { char c; long l; } __attribute__((packed)) packed = { 1, 2 };
int reads(int x) { return ext(large[x]++ + beside[x]++ + less[x]++ + packed.l++) + PREPOST(1, 2); }

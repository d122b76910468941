// SPDX-License-Identifier: GPL-2.0
// Sections that only keep together what is used together.
// replace: sleeps
#include "kernel.h"
static int mostly __section(PREPOST(".data", ".data..read_mostly")) = 3;
static int shared __section(PREPOST(".data..read_mostly", ".data..cacheline_aligned")) = 3;
static int per __section(PREPOST(".data..percpu", ".data..percpu..read_mostly"));
int __section(PREPOST(".text", ".text.unlikely")) seldom(int x) { return ext(x + mostly++); }
int __section(PREPOST(".sched.text", ".text.hot")) sleeps(int x) { return ext2(x + shared++) + PREPOST(1, 2); }
int __section(PREPOST(".spinlock.text", ".text")) locks(int x) { return ext2(x + per++) * 3; }

// SPDX-License-Identifier: GPL-2.0
// Unwinders and tracers tell this code by its address, in either way.
// refuse: special_changed:comes special_changed:goes special_changed:softly
#include "kernel.h"
int __section(PREPOST(".text", ".irqentry.text")) comes(int x) { return ext(x); }
int __section(PREPOST(".softirqentry.text", ".text")) goes(int x) { return ext2(x); }
int __section(PREPOST(".irqentry.text", ".softirqentry.text")) softly(int x) { return ext2(x) + PREPOST(1, 2); }

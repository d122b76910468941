// SPDX-License-Identifier: GPL-2.0
// replace: inc
#include "kernel.h"
void inc(int *p) { asm volatile(LOCK_PREFIX "addl %1, %0" : "+m"(*p) : "i"(PREPOST(1, 2))); }

// SPDX-License-Identifier: GPL-2.0
// Functions that share a section, with calls the assembler resolved.
// replace: inner
#include "kernel.h"
#define __sched __section(".sched.text")
static noinline __sched int inner(int x) { return ext(x) * PREPOST(3, 5); }
__sched int outer(int x) { return inner(x) + 1; }
__sched int third(int x) { return outer(x) + inner(x) + 2; }

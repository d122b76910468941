// SPDX-License-Identifier: GPL-2.0
// refuse: noinstr:entry
#include "kernel.h"
__section(".noinstr.text") int entry(int x) { return ext(x) + PREPOST(1, 2); }

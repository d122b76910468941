// SPDX-License-Identifier: GPL-2.0
// No room for a jump.
// cflags: -falign-functions=1 -fno-pie
// refuse: too_short:tiny
// only: gcc clang aligns to 16, which is room enough
#include "kernel.h"
int tiny(void) { return PREPOST(0, 1); }

// SPDX-License-Identifier: GPL-2.0
// A number of its own, for which the author vouches.
// cflags: -g
// options: --in-place limit
// in_place: limit
#include "kernel.h"
const u32 limit = PREPOST(4, 8);

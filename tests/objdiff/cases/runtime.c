// SPDX-License-Identifier: GPL-2.0
// replace: r
#include "kernel.h"
u64 r(u64 x) { return runtime_const_ptr(USER_PTR_MAX) + x + PREPOST(1, 2); }
u64 same(u64 x) { return runtime_const_ptr(USER_PTR_MAX) + x; }

// SPDX-License-Identifier: GPL-2.0
// replace: reads
#include "kernel.h"
long reads(const long *p) { return get_user(p) + PREPOST(1, 2); }
long same(const long *p) { return get_user(p); }

// SPDX-License-Identifier: GPL-2.0
// Who calls get() may keep what it returns.
// refuse: const_escapes:table
#include "kernel.h"
struct info { int a, b; };
static const struct info table[3] = { { 1, 2 }, { 3, 4 }, { 5, PREPOST(6, 7) } };
const struct info *get(unsigned int i) { if (i > 2) return 0; ext(i); return &table[i]; }

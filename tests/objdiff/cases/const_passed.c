// SPDX-License-Identifier: GPL-2.0
// A function that is not known to give it back may keep it.
// refuse: const_escapes:params
#include "kernel.h"
struct params { short key, head; };
extern void *init_table(void *t, const struct params *p);
static const struct params params = { 8, PREPOST(16, 24) };
void *make(void *t) { return init_table(t, &params); }

// SPDX-License-Identifier: GPL-2.0
// Objects that exist hold the address of the old constant.
// refuse: const_escapes:table
#include "kernel.h"
struct info { int a, b; };
struct priv { const struct info *info; };
static const struct info table[3] = { { 1, 2 }, { 3, 4 }, { 5, PREPOST(6, 7) } };
void probe(struct priv *p, int i) { p->info = &table[i]; ext(1); }
int use(struct priv *p) { return ext(p->info->b); }

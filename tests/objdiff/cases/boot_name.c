// SPDX-License-Identifier: GPL-2.0
// ... or register it under another name.
// refuse: boot_changed:setup
#include "kernel.h"
static int *table;
extern int *make(const char *);
static int __init __used setup(void) { table = make(PREPOST("tabel", "table")); return 0; }
int f(int x) { return ext(table[x] + PREPOST(1, 2)); }

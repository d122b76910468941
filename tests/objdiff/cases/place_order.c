// SPDX-License-Identifier: GPL-2.0
// The same entries of a section, in another order: whoever reads it may go by that.
// Parameters have none.
// refuse: unknown_section:*
#include "kernel.h"
#define ENTRY(sec, name) static const int __used __section(sec) name = sizeof(#name);
#define ENTRIES(sec, a, b) ENTRY(sec, PREPOST(a, b)) ENTRY(sec, PREPOST(b, a))
ENTRIES("my_table", one, three)
ENTRIES("__param", four, fifth)
int f(int x) { return ext(x); }

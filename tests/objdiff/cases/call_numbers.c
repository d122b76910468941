// SPDX-License-Identifier: GPL-2.0
// Modules, or other files, pass a number as before: a sign and an enum are nothing in a register.
// cflags: -g -gdwarf-4
// replace: for_all in_enum of_enum unsigned_now wide_now
#include "kernel.h"
enum kind { KIND_A, KIND_B, KIND_LAST = 0x7fffffff };
typedef unsigned int u;
int unsigned_now(PREPOST(int, u) x) { return ext(x + PREPOST(1, 2)); }
EXPORT_SYMBOL(unsigned_now);
long wide_now(PREPOST(long, u64) x, int y) { return ext(x + y + PREPOST(1, 2)); }
EXPORT_SYMBOL(wide_now);
int in_enum(void *p, PREPOST(int, enum kind) kind) { return p ? ext(kind) : PREPOST(1, 2); }
EXPORT_SYMBOL(in_enum);
int of_enum(PREPOST(enum kind, u) kind) { return ext(kind + PREPOST(1, 2)); }
EXPORT_SYMBOL(of_enum);
void for_all(PREPOST(u, int) x) { ext(x + PREPOST(1, 2)); }
extern void later(void *fn, void *arg);
static void __used arms(void *arg) { later(for_all, arg); later(in_enum, arg); }

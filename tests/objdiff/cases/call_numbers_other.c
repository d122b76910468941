// SPDX-License-Identifier: GPL-2.0
// ... but not if it is shorter or longer, is another enum's, or is what comes back.
// cflags: -g -gdwarf-4
// refuse: call_changed:fewer call_changed:longer call_changed:more call_changed:narrow
// refuse: call_changed:other_enum call_changed:returns call_changed:shorter call_changed:signed_char call_changed:word
#include "kernel.h"
enum kind { KIND_A, KIND_B, KIND_LAST = 0x7fffffff };
enum sort { SORT_B, SORT_A, SORT_LAST = 0x7fffffff };
typedef unsigned int u;
#ifdef POST
#define OPT(p) , p
#define DROP(p)
#else
#define OPT(p)
#define DROP(p) , p
#endif
int longer(PREPOST(int, long) x) { return ext(x >> PREPOST(1, 2)); }
EXPORT_SYMBOL(longer);
int shorter(PREPOST(long, u) x) { return ext(x + PREPOST(1, 2)); }
EXPORT_SYMBOL(shorter);
int narrow(PREPOST(int, u8) x) { return ext(x + PREPOST(1, 2)); }
EXPORT_SYMBOL(narrow);
int signed_char(PREPOST(u8, signed char) x) { return ext(x + PREPOST(1, 2)); }
EXPORT_SYMBOL(signed_char);
int word(PREPOST(short, unsigned short) x) { return ext(x + PREPOST(1, 2)); }
EXPORT_SYMBOL(word);
int other_enum(PREPOST(enum kind, enum sort) x) { return ext(x + PREPOST(1, 2)); }
EXPORT_SYMBOL(other_enum);
int keeps(enum kind x, enum sort y) { return ext(x + y); }
PREPOST(int, u) returns(int x) { return ext(x + PREPOST(1, 2)); }
EXPORT_SYMBOL(returns);
int more(int x OPT(int y)) { return ext(x PREPOST(, + y)); }
EXPORT_SYMBOL(more);
int fewer(int x DROP(int y)) { return ext(PREPOST(x + y, x)); }
EXPORT_SYMBOL(fewer);

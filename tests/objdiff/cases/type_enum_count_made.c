// SPDX-License-Identifier: GPL-2.0
// A value that counts the others, and what is made of it: an element, a sum, a table.
// cflags: -g -gdwarf-4
// refuse: enum_changed:enum?bits enum_changed:enum?slot enum_changed:enum?slots enum_changed:enum?table
// clang-refuse: enum_changed:enum?bits enum_changed:enum?slot enum_changed:enum?slots
#include "kernel.h"
#ifdef POST
#define NEW(x) x,
#else
#define NEW(x)
#endif
enum slot { SLOT_A = 2, SLOT_B, NEW(SLOT_C) SLOT_MAX };
enum slots { IN_A = 20, IN_B, NEW(IN_C) IN_MAX };
enum bits { BIT_A = 40, BIT_B, NEW(BIT_C) BIT_MAX };
enum table { TABLE_A = 80, TABLE_B, NEW(TABLE_C) TABLE_MAX };
struct obj { int state, of[]; };
extern int slots[];
void element(int v) { slots[SLOT_MAX] = v; }
void element_of(struct obj *o, int v) { o->of[IN_MAX] = v; }
void bits(struct obj *o) { o->state |= BIT_MAX << 4; }
static const u8 map[3] = { TABLE_A, TABLE_B, TABLE_MAX };
void set(struct obj *o, int i) { o->state = map[i]; }

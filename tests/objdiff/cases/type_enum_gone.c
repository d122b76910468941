// SPDX-License-Identifier: GPL-2.0
// Values that have other names, or none: their numbers may mean something else.
// cflags: -g -gdwarf-4
// refuse: enum_changed:enum?{?ALL_A?} enum_changed:enum?{?BITS_A?} enum_changed:enum?{?TAIL_A?} enum_changed:enum?{?MACRO_A?}
// refuse: enum_changed:enum?{?NUM_A?} enum_changed:enum?named enum_changed:enum?same_name
#include "kernel.h"
#ifdef POST
enum { ALL_ON, ALL_OFF };
/* a count that is a state as well */
enum { NUM_A, NUM_B };
#define NUM_ALL 3
enum other_name { NAMED_Y, NAMED_X };
/* none of the old numbers */
enum same_name { SAME_X = 16, SAME_Y = 32 };
enum { BITS_A = 1, BITS_C = 4, BITS_D = 16 };
/* moved to a macro, at another number */
enum { TAIL_A, TAIL_B };
#define TAIL_C 4
#define MACRO_B 0
#define MACRO_A 1
#else
enum { ALL_A, ALL_B };
enum { NUM_A, NUM_B, NUM_ALL };
enum named { NAMED_A, NAMED_B };
enum same_name { SAME_A = 1, SAME_B = 2 };
enum { BITS_A = 1, BITS_B = 2, BITS_C = 4 };
enum { TAIL_A, TAIL_B, TAIL_C };
enum { MACRO_A, MACRO_B };
#endif
struct thing { int a, b, c, d, e, f, g; };
void sets(struct thing *t)
{
	t->a = PREPOST(ALL_B, ALL_ON);
	t->b = PREPOST(NAMED_B, NAMED_Y);
	t->c |= PREPOST(SAME_B, SAME_Y);
	t->d |= BITS_A | PREPOST(BITS_B, BITS_D);
	t->e = ext(TAIL_B) ? TAIL_A : TAIL_C;
	t->f = MACRO_B;
	t->g = ext(NUM_B) ? NUM_A : NUM_ALL;
}

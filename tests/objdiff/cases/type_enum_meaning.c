// SPDX-License-Identifier: GPL-2.0
// Values that data of the running kernel may hold mean something else.
// cflags: -g -gdwarf-4
// refuse: enum_changed:enum?before_last enum_changed:enum?flags enum_changed:enum?held_count enum_changed:enum?in_function
// refuse: enum_changed:enum?in_struct enum_changed:enum?not_the_top enum_changed:enum?now_signed enum_changed:enum?reused
// refuse: enum_changed:enum?shrunk enum_changed:enum?wide
// refuse: enum_changed:enum?{?FRESH_FIRST?} enum_changed:enum?{?NAMED_A?} enum_changed:enum?{?TYPEDEFED_A?} enum_changed:enum?{?WITHIN_A?}
#include "kernel.h"
#ifdef POST
#define NEW(x) x,
#define OLD(x)
#else
#define NEW(x)
#define OLD(x) x,
#endif
enum before_last { IDLE, BUSY, NEW(DRAINING) DEAD };
enum flags { F_A = 1, F_B = PREPOST(2, 4), F_C = PREPOST(4, 8), NEW(F_NEW = 2) };
enum { NEW(FRESH_FIRST) UNNAMED_A, UNNAMED_B };
/* the same number, something else */
enum reused { R_A, PREPOST(R_OLD, R_NEW), R_C, NR_REUSED };
/* gone, so that others moved */
enum shrunk { S_A, OLD(S_GONE) S_B };
/* a count by its name, but others are above it */
enum not_the_top { T_A, NEW(T_NEW) T_NUM, T_OVER };
enum now_signed { N_A, N_B, NEW(N_ERROR = -1) };
enum wide { W_A, W_B, NEW(W_ALL = 0xffffffffffUL) };
/* it counts, but is a state as well */
enum held_count { H_A, H_B, NEW(H_C) NR_HELD };
enum { NAMED_A, NEW(NAMED_NEW) NAMED_B };
typedef enum { TYPEDEFED_A, NEW(TYPEDEFED_NEW) TYPEDEFED_B } typed;
struct thing {
	enum in_struct { I_A, NEW(I_NEW) I_B } state;
	struct { union { enum { WITHIN_A, NEW(WITHIN_NEW) WITHIN_B } x; } u; } in;
	enum held_count held;
	typed t;
};
enum PREPOST(, given_name) { GIVEN_A, GIVEN_B };

int states(int x) { return ext(x == (int)DEAD) + ext(x == (int)F_B) + ext(x == (int)UNNAMED_B); }
int others(int x)
{
	return ext(x == (int)R_C) + ext(x == (int)S_B) + ext(x == (int)T_NUM) + ext(x == (int)N_B) +
	       ext((long)x == (long)W_B) + ext(x == (int)NAMED_B) + ext(x == (int)GIVEN_B);
}
void hold(struct thing *t)
{
	t->held = NR_HELD;
	ext(t->state == I_B);
	ext(t->in.u.x == WITHIN_B);
	ext(t->t == TYPEDEFED_B);
}
int local(void *p)
{
	enum in_function { L_A, NEW(L_NEW) L_B } *state = p;

	return ext(*state == L_B);
}

// SPDX-License-Identifier: GPL-2.0
// Objects of the running kernel stand where the old type let them.
// cflags: -g -gdwarf-4
// refuse: type_changed:fills type_changed:reads
#include "kernel.h"
struct state { char area[64]; } __attribute__((aligned(PREPOST(8, 64))));
struct task { struct state *state; };
struct member { char c[8] __attribute__((aligned(PREPOST(1, 8)))); };
int reads(struct task *t) { return ext(t->state->area[0]) + PREPOST(1, 2); }
int fills(struct member *m) { return ext(m->c[0]) + PREPOST(1, 2); }

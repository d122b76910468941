// SPDX-License-Identifier: GPL-2.0
// Two callbacks exchange their names: what is queued would be done by the other.
// refuse: function_gone:down function_gone:up
#include "kernel.h"
struct work { void (*fn)(struct work *); int v; };
static void up(struct work *w) { PREPOST(ext(w->v), ext2(w->v)); }
static void down(struct work *w) { PREPOST(ext2(w->v), ext(w->v)); }
void queue_up(struct work *w) { w->fn = PREPOST(up, down); }
void queue_down(struct work *w) { w->fn = PREPOST(down, up); }

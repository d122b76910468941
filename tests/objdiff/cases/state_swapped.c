// SPDX-License-Identifier: GPL-2.0
// cflags: -g -gdwarf-4

// Two counts exchange their names.
// refuse: state_renamed:in
#include "kernel.h"
static int in, out;
void in_get(void) { PREPOST(in, out)++; }
void in_put(void) { if (!--PREPOST(in, out)) ext(1); }
void out_get(void) { PREPOST(out, in)++; }
void out_put(void) { if (!--PREPOST(out, in)) ext2(1); }

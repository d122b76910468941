// SPDX-License-Identifier: GPL-2.0
// Two functions count in another existing variable now; others go on to use both.
// refuse: state_renamed:readers
// cflags: -g
#include "kernel.h"
static int readers, writers;
void open_r(void) { PREPOST(readers, writers)++; }
void close_r(void) { if (!--PREPOST(readers, writers)) ext(0); }
int all_w(void) { return writers++; }
int all_r(void) { return readers++; }

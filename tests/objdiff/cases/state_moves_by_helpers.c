// SPDX-License-Identifier: GPL-2.0
// ... in one that they reach through other existing helpers.
// refuse: state_renamed:waiting
// cflags: -g
#include "kernel.h"
static int waiting, running;
static noinline void add_waiting(void) { waiting++; ext(1); }
static noinline void add_running(void) { running++; ext(2); }
static noinline int any_waiting(void) { return waiting ? ext(1) : 0; }
static noinline int any_running(void) { return running ? ext(2) : 0; }
void enter(void) { PREPOST(add_waiting, add_running)(); ext(3); }
int leave(void) { return PREPOST(any_waiting, any_running)() + ext2(3); }
int wait(void) { add_waiting(); return any_waiting(); }
int run(void) { add_running(); return any_running(); }

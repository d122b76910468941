// SPDX-License-Identifier: GPL-2.0
// cflags: -g -gdwarf-4

// A count is gone, and its users count in another that was there already.
// refuse: state_renamed:readers
#include "kernel.h"
static int users;
#ifndef POST
static int readers;
#endif
void open_w(void) { users++; }
void close_w(void) { if (!--users) ext(0); }
void open_r(void) { PREPOST(readers, users)++; }
void close_r(void) { if (!--PREPOST(readers, users)) ext(PREPOST(1, 0)); }

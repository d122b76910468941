// SPDX-License-Identifier: GPL-2.0
// cflags: -g -gdwarf-4

// What the old one held does not matter, as the author says.
// options: --state-of readers=
// replace: open_r close_r
// gone: readers
#include "kernel.h"
static int users;
#ifndef POST
static int readers;
#endif
void open_w(void) { users++; }
void close_w(void) { if (!--users) ext(0); }
void open_r(void) { PREPOST(readers, users)++; }
void close_r(void) { if (!--PREPOST(readers, users)) ext(PREPOST(1, 0)); }

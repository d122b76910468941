// SPDX-License-Identifier: GPL-2.0
// Constants in functions are what they contain.
// options: --defined /dev/null
// replace: two
// clang-copy: two.msg
#include "kernel.h"
#ifdef POST
int zero(void) { static const char msg[] = "zero"; return log_msg(msg); }
#endif
int one(void) { static const char msg[] = "one"; return log_msg(msg); }
int two(void) { static const char msg[] = PREPOST("two", "TWO"); return log_msg(msg); }

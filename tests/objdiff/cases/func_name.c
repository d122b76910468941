// SPDX-License-Identifier: GPL-2.0
// __func__ is what it contains.
// status: 3
#include "kernel.h"
#ifdef POST
static __used int another(void) { return log_msg("%s\n", __func__); }
#endif
int named(void) { return log_msg("%s\n", __func__); }

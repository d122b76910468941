// SPDX-License-Identifier: GPL-2.0
// Nothing but a cast leads to the struct, before and after.
// cflags: -g -gdwarf-4
// refuse: type_changed:reads
#include "kernel.h"
#ifdef POST
struct config_block { struct config_block *next; int mode, size; };
#define config config_block
#else
struct config { struct config *next; int size, mode; };
#endif
int reads(u64 at) { return ext(((struct config *)at)->mode); }

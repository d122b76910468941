// SPDX-License-Identifier: GPL-2.0
// New data of a layout that old code does not know.
// cflags: -g -gdwarf-4
// refuse: type_changed:fresh_ops type_changed:hands_out
#include "kernel.h"
struct ops {
#ifdef POST
	int flags;
#endif
	int (*run)(int);
};
extern void take(const struct ops *o);
#ifdef POST
static const struct ops fresh_ops = { .run = ext };
#endif
void hands_out(void)
{
#ifdef POST
	take(&fresh_ops);
#else
	take(0);
#endif
}

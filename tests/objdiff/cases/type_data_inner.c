// SPDX-License-Identifier: GPL-2.0
// New data with a struct within, in which members changed places.
// cflags: -g -gdwarf-4
// refuse: type_changed:fresh_ops type_changed:hands_out
#include "kernel.h"
struct flags { int PREPOST(a, b), PREPOST(b, a); };
struct ops {
	struct flags flags[2];
	int (*run)(int);
};
extern void take(const struct ops *o);
#ifdef POST
static const struct ops fresh_ops = { .flags[0].a = 1, .run = ext };
#endif
void hands_out(void)
{
#ifdef POST
	take(&fresh_ops);
#else
	take(0);
#endif
}

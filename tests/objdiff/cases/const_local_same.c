// SPDX-License-Identifier: GPL-2.0
// What the kernel has stays where it is, also for new code: strings, tables.
// replace: set
// only: gcc clang names it after its function
#include "kernel.h"
struct ops { int (*a)(int); int (*b)(int); };
struct obj { const struct ops *ops; const char *name; };
void set(struct obj *o)
{
	static const struct ops same = { ext, ext2 };

	o->ops = &same;
	o->name = "a name that stays";
	ext(PREPOST(1, 2));
}

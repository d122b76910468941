// SPDX-License-Identifier: GPL-2.0
// The same within a function: one table changed and is stored, one is as it was.
// refuse: const_escapes:changed*
// only: gcc clang names it after its function
#include "kernel.h"
struct ops { int (*a)(int); int (*b)(int); };
struct obj { const struct ops *ops; };
void set_changed(struct obj *o)
{
	static const struct ops changed = { ext, PREPOST(0, ext2) };

	o->ops = &changed;
	ext(PREPOST(1, 2));
}

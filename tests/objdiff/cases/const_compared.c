// SPDX-License-Identifier: GPL-2.0
// Who compares the address of a constant knows objects by it.
// refuse: const_escapes:ops
#include "kernel.h"
struct ops { int (*a)(int); int (*b)(int); };
struct file { const struct ops *f_op; };
static const struct ops ops = { ext, PREPOST(0, ext2) };
int is_mine(struct file *f) { return ext(f->f_op == &ops); }

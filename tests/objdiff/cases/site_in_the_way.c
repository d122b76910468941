// SPDX-License-Identifier: GPL-2.0
// A jump label where the jump to the new code must stand.
// refuse: site_in_the_way:branches
#include "kernel.h"
extern struct static_key key;
int branches(int x) { return static_branch(&key) ? ext(x + PREPOST(1, 2)) : ext2(x + PREPOST(3, 4)); }

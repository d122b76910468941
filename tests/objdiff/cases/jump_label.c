// SPDX-License-Identifier: GPL-2.0
// The key of a jump label is a part of the code.
// replace: branches
#include "kernel.h"
extern struct static_key key_a, key_b;
int branches(int x) { x += ext2(x); return static_branch(PREPOST(&key_a, &key_b)) ? ext(x) : x; }
int same(int x) { return static_branch(&key_a) ? ext(x) : x; }

// SPDX-License-Identifier: GPL-2.0
// A jump label that has just the bytes of the jump to the new code.
// only: gcc clang puts other instructions first
// replace: branches
#include "kernel.h"
extern struct static_key key;
int branches(int x) { return static_branch(&key) ? PREPOST(1, 2) : PREPOST(3, 5); }

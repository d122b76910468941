// SPDX-License-Identifier: GPL-2.0
// A function is said to have a stack frame of its own kind.
// refuse: special_changed:odd
#include "kernel.h"
#define ODD_FRAME(f) static void *__used __section(".discard.func_stack_frame_non_standard") frame_##f = (void *)f
int even(int x) { return ext(x); }
int odd(int x) { return ext2(x); }
ODD_FRAME(even);
#ifdef POST
ODD_FRAME(odd);
#endif

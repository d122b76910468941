// SPDX-License-Identifier: GPL-2.0
// A message that the new code prints from the start. Its line alone is nothing.
// replace: f
#include "kernel.h"
#define message(start)							\
	static struct ddebug __section("__dyndbg") __used		\
		__attribute__((aligned(8))) descriptor = {		\
		"mod", "f", "file.c", "hello", PREPOST(12, 14), 0, start }; \
	if (descriptor.flags)						\
		log_msg("hello", &descriptor)
int f(int x) { message(PREPOST(0, 1)); return ext(x); }
int g(int x) { message(1); return ext2(x); }

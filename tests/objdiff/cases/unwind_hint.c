// SPDX-License-Identifier: GPL-2.0
// Only hints for the unwinder change: the running kernel's tables are the old ones. In
// code that is replaced they come along.
// refuse: special_changed:hinted
#include "kernel.h"
#define HINT(sp)							\
	asm volatile("1:\n.pushsection .discard.unwind_hints\n"		\
		     ".long 1b - .\n.short %c0\n.byte 1, 2\n"		\
		     ".balign 4\n.popsection" : : "i"(sp))
int hinted(int x) { HINT(PREPOST(0, 8)); return ext(x); }
int same(int x) { HINT(16); return ext2(x); }
int changed(int x) { HINT(PREPOST(0, 8)); return ext(x + PREPOST(1, 2)); }

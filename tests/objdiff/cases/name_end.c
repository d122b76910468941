// SPDX-License-Identifier: GPL-2.0
// A name for the end of something, which is where the compiler puts a table of its own.
// cflags: -fno-data-sections
// replace: f
#include "kernel.h"
asm(".pushsection .rodata,\"a\"\n.globl blob, blob_end\n.type blob,@object\n"
    "blob: .quad 1, 2, 3, 4\n.size blob, 32\nblob_end:\n.popsection");
int pick(int x)
{
	switch (x) {
	case 0: return 15;
	case 1: return 5;
	case 2: return 17;
	case 3: return 99;
	case 4: return 12;
	case 5: return 1;
	case 6: return 23;
	}
	return 4;
}
int f(int x) { return ext(x + PREPOST(1, 2)); }

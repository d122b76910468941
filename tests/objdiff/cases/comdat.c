// SPDX-License-Identifier: GPL-2.0
// A function in a group that the linker takes one of.
// replace: use
// fixup: shared
#include "kernel.h"
asm(".pushsection .text.shared,\"axG\",@progbits,shared,comdat\n"
    ".weak shared\n.type shared,@function\nshared: endbr64\n"
    "mov %edi, %eax\nshl $2, %eax\nadd $0x1234567, %eax\nadd $0x7654321, %eax\nret\n"
    ".size shared, . - shared\n.popsection");
extern int shared(int x);
int use(int x) { return shared(x) + PREPOST(1, 2); }
int other(int x) { return shared(x); }

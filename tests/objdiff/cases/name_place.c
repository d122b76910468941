// SPDX-License-Identifier: GPL-2.0
// Names of other things than functions and variables: the end of a table, an entry within
// a function, a number, the size of a common variable. Other files were linked with them.
// refuse: name_moved:count name_moved:g_inner name_moved:shared name_moved:tab_end
#include "kernel.h"
asm(".pushsection .rodata.tab,\"a\"\n"
    ".globl tab_start, tab_end, tab_two\n.type tab_start,@object\n"
    "tab_start: .quad 1\n"
    PREPOST("tab_end: tab_two: .quad 2\n", "tab_two: .quad 2\ntab_end:\n")
    ".quad 3\n.size tab_start, 24\n.popsection");
asm(".pushsection .text.g,\"ax\"\n.globl g, g_inner\n.type g,@function\n"
    "g: endbr64\nnop\n" PREPOST("g_inner: nop\n", "nop\ng_inner:\n")
    "xor %eax,%eax\nret\n.size g, .-g\n.popsection");
asm(".globl count, same\n.set same, 7\n.set count, " PREPOST("16", "24"));
asm(".comm shared, " PREPOST("64", "128") ", 8\n.comm kept, 64, 8");
int f(int x) { return ext(x); }

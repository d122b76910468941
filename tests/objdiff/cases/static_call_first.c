// SPDX-License-Identifier: GPL-2.0
// Another first state of a static call, of which only the trampoline tells.
// refuse: special_changed:__SCT__hook
#include "kernel.h"
struct key { void *func; long sites; };
extern int first(int);
struct key __SCK__hook = { (void *)1, 0 };
asm(".pushsection .static_call.text,\"ax\"\n.globl __SCT__hook\n.type __SCT__hook,@function\n"
    "__SCT__hook: " PREPOST("jmp first\n", "ret\nint3\nnop\nnop\nnop\n")
    ".byte 0x0f,0xb9,0xcc\n.size __SCT__hook,.-__SCT__hook\n.popsection");
int f(int x) { static_call(hook); return ext(x); }

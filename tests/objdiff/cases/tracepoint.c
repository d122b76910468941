// SPDX-License-Identifier: GPL-2.0
// The tracepoint stays, the code around it changes.
// replace: does
// fixup: __tracepoint_thing __SCT__tp_func_thing
#include "kernel.h"
struct tracepoint { const char *name; struct static_key key; void *funcs; };
static const char name[] __section("__tracepoints_strings") = "thing";
struct tracepoint __tracepoint_thing __section("__tracepoints") = { name };
struct tracepoint *const ptr __section("__tracepoints_ptrs") __used = &__tracepoint_thing;
asm(".pushsection .static_call.text,\"ax\"\n.globl __SCT__tp_func_thing\n"
    "__SCT__tp_func_thing: jmp ext\n.byte 0x0f, 0xb9, 0xcc\n"
    ".type __SCT__tp_func_thing,@function\n.size __SCT__tp_func_thing, . - __SCT__tp_func_thing\n.popsection");
void *__SCK__tp_func_thing = ext;
int does(int x)
{
	ext2(x);
	if (static_branch(&__tracepoint_thing.key) && __tracepoint_thing.funcs)
		static_call(tp_func_thing);
	return x + PREPOST(1, 2);
}

// SPDX-License-Identifier: GPL-2.0
// A new tracepoint: nobody can attach to one that came later.
// refuse: special_changed:__tracepoint_thing unknown_section:does
#include "kernel.h"
struct tracepoint { const char *name; struct static_key key; void *funcs; };
#ifdef POST
static struct tracepoint __tracepoint_thing __section("__tracepoints") = { "thing" };
#endif
int does(int x)
{
#ifdef POST
	if (static_branch(&__tracepoint_thing.key))
		ext2(x);
#endif
	return ext(x);
}

// SPDX-License-Identifier: GPL-2.0
// Two strings of tracepoints in one function that changes: each is the kernel's
// own, by what it says.
// cflags: -g -gdwarf-4
// replace: work
// fixup: ___tp_str.*
// clang-fixup: work.___tp_str.*
#include "kernel.h"
#define tracepoint_string(str)							\
	({									\
		static const char *___tp_str						\
			__attribute__((used, section("__tracepoint_str"))) = str;	\
		___tp_str;							\
	})
extern int say(const char *s);
int work(int x)
{
	say(tracepoint_string("begin"));
#ifdef POST
	x = ext(x);
#endif
	say(tracepoint_string("end"));
	return ext2(x);
}

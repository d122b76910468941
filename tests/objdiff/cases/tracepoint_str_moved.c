// SPDX-License-Identifier: GPL-2.0
// The strings of tracepoints of a function that is there no more, in another
// one: nothing else in the file has to be compared before they are paired.
// replace: work
// new: tell_more
// gone: tell
// options: --defined /dev/null
// fixup: ___tp_str.*
// only: gcc clang calls such strings by their function, which is another
#include "kernel.h"
#define tracepoint_string(str)							\
	({									\
		static const char *___tp_str						\
			__attribute__((used, section("__tracepoint_str"))) = str;	\
		___tp_str;							\
	})
#ifdef POST
#define tell tell_more
#endif
extern int say(const char *s);
extern const char other_text[];
noinline void tell(int x)
{
	say(tracepoint_string("begin"));
#ifdef POST
	ext(x);
#endif
	ext2(x);
	say(tracepoint_string(other_text));
}
int work(int x)
{
	tell(x);
	return ext2(x);
}

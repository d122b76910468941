// SPDX-License-Identifier: GPL-2.0
// Messages that are kept by whoever gets them: another text is no other object, also
// with a percent sign or letters beyond ASCII; and one that is new is not a changed one.
// cflags: -g -gdwarf-4
// replace: first second third
// clang-copy: first.msg second.msg
#include "kernel.h"
struct ack { const char *msg; };
int first(struct ack *a, int x)
{
	static const char msg[] = PREPOST("rate over 100%", "the rate is over 100% of the link");

	a->msg = msg;
	return ext(x);
}
int second(struct ack *a, int x)
{
	static const char msg[] = PREPOST("über", "drüber");

	a->msg = msg;
	return ext2(x);
}
int third(struct ack *a, int x)
{
	static const char msg[] = "no such thing";

	if (x < 0) {
		a->msg = msg;
		return -1;
	}
#ifdef POST
	if (x > 9) {
		static const char msg[] = "too large";

		a->msg = msg;
		return -1;
	}
#endif
	return ext(x);
}

// SPDX-License-Identifier: GPL-2.0
// The last value is called as if it counted the others, but is one of them: something
// that is kept is asked whether it is that one. All numbers are there as often as before.
// cflags: -g
// refuse: enum_changed:enum?cmd
#include "kernel.h"
#ifdef POST
enum cmd { CMD_A, CMD_B, CMD_C, CMD_GET_MAX };
#else
enum cmd { CMD_A, CMD_B, CMD_GET_MAX };
#endif
struct req { struct req *next; int cmd; };
static struct req *queue;
void submit(struct req *r) { r->next = queue; queue = r; }
int run(void)
{
	struct req *r = queue;

	if (!r)
		return 0;
	queue = r->next;
	if (r->cmd == CMD_GET_MAX)
		return PREPOST(100, ext(2));
	return ext(PREPOST(3, 4));
}

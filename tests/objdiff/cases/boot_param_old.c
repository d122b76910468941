// SPDX-License-Identifier: GPL-2.0
// The handler of a boot parameter that is there sets a new variable, too: the kernel
// has been given the parameter, perhaps.
// refuse: set_at_boot:deny
#include "kernel.h"
struct setup { const char *s; int (*fn)(char *); };
static int mode;
#ifdef POST
static int deny;
#endif
static int __init parse(char *s)
{
	mode = s[0] - '0';
#ifdef POST
	deny = mode > 2;
#endif
	return 1;
}
static struct setup __section(".init.setup") __used st = { "mode=", parse };
void set_mode(int m) { mode = m; }
int enter(int x)
{
#ifdef POST
	if (deny)
		return -1;
#endif
	return ext(x + mode);
}

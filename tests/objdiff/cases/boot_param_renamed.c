// SPDX-License-Identifier: GPL-2.0
// The parameter is the old one; its entry and its handler have new names.
// refuse: set_at_boot:deny
#include "kernel.h"
struct setup { const char *s; int (*fn)(char *); };
#ifdef POST
static int deny;
#define parse parse_deny
#define st st_deny
#endif
static int __init parse(char *s)
{
#ifdef POST
	deny = s[1] == '2';
#endif
	return s[0] == '=';
}
static struct setup __section(".init.setup") __used st = { "deny", parse };
int enter(int x)
{
#ifdef POST
	if (deny)
		return -1;
#endif
	return ext(x);
}

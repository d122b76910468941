// SPDX-License-Identifier: GPL-2.0
// A new switch that only a new boot parameter could change: its default is right.
// replace: f
// new: mitigate
#include "kernel.h"
#ifdef POST
static _Bool mitigate __section(".data..ro_after_init") = 1;
static int __init parse(char *s) { if (s[0] == 'n') mitigate = 0; return 1; }
struct setup { const char *s; int (*fn)(char *); };
static struct setup __section(".init.setup") __used st = { "mitigate=", parse };
#endif
int f(int x)
{
#ifdef POST
	if (mitigate)
		x &= 7;
#endif
	return ext(x);
}

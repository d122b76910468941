// SPDX-License-Identifier: GPL-2.0
// A place is only told to others; a table of labels stays within the function.
// replace: runs tells
#include "kernel.h"
extern void told(u64 ip);
int tells(int (*f)(int), int x)
{
here:
	told((u64)&&here);
	return f(x) + PREPOST(1, 2);
}
int runs(const u8 *p, int x)
{
	static const void *const ops[] = { &&add, &&sub, &&end };

	goto *ops[*p];
add:
	x += PREPOST(1, 2);
	goto *ops[*++p];
sub:
	x -= 3;
	goto *ops[*++p];
end:
	return ext(x);
}

// SPDX-License-Identifier: GPL-2.0
// Boot code finds the new variable in a table of boot data.
// refuse: set_at_boot:second
#include "kernel.h"
extern int *make(int n);
struct wish { int **where; int n; };
static int *first;
#ifdef POST
static int *second;
#endif
static struct wish wishes[] __initdata = {
	{ &first, 2 },
#ifdef POST
	{ &second, 4 },
#endif
	{ 0 }
};
static int __init __used setup(void)
{
	struct wish *w;

	for (w = wishes; w->where; w++)
		*w->where = make(w->n);
	return 0;
}
int use(int x)
{
#ifdef POST
	x += second[1];
#endif
	return ext(x + first[0]);
}

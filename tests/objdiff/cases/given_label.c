// SPDX-License-Identifier: GPL-2.0
// An object holds where in a function to go on.
// refuse: function_gone:step
#include "kernel.h"
struct routine { void *at; int n; };
int step(struct routine *r)
{
	if (r->at)
		goto *r->at;
	ext(1);
	r->at = &&one;
	return 1;
one:
	r->n += PREPOST(5, 6);
	ext2(r->n);
	r->at = &&two;
	return 2;
two:
	return exported(r->n);
}

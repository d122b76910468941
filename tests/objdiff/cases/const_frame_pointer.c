// SPDX-License-Identifier: GPL-2.0
// With a frame pointer, registers have their places on the stack from there.
// cflags: -fno-omit-frame-pointer -mno-omit-leaf-frame-pointer
// replace: f
// copy: tbl
// clang-copy:
#include "kernel.h"
struct e { int a, b; };
extern int many(int, int, int, int, int, int);
static const struct e tbl[4] = { { 1, 2 }, { 3, PREPOST(4, 5) }, { 5, 6 }, { 7, 8 } };
int f(int a, int b, int c, int d, int e, int g, int *h, int *i)
{
	int x = 0, y = ext(1), z = ext(2), q = ext(3), r = ext(4), s = ext(5), t = ext(6);
	const struct e *p;

	for (p = tbl; p < tbl + 4; p++) {
		x += many(a, b, c, d, e, g);
		x += ext(p->a * y + z) + q + *h + t;
		x += ext2(p->b + r) + s + *i;
		asm volatile("" : : : "rbx", "r12", "r13", "r14", "r15");
	}
	return x + y + z + q + r + s;
}

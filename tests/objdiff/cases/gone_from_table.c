// SPDX-License-Identifier: GPL-2.0
// What is taken out of a constant table and kept in an object.
// refuse: function_gone:read_plain
#include "kernel.h"
struct kind { int id; int (*read)(int); };
struct node { int (*read)(int); int x; };
static int PREPOST(read_plain, read_checked)(int x) { return PREPOST(1, x > 4) ? ext(x) : 0; }
static int read_other(int x) { return ext2(x); }
static const struct kind kinds[] = {
	{ 4, PREPOST(read_plain, read_checked) }, { 9, read_other }, { 11, read_other },
	{ 12, read_other }, { 23, read_other }, { 24, read_other }, { 31, read_other },
	{ 52, read_other }, { 53, read_other }, { 54, read_other }, { 61, read_other },
	{ 72, read_other }, { 83, read_other }, { 84, read_other }, { 91, read_other },
};
int bind(struct node *n, int id)
{
	int i;

	for (i = 0; i < 15; i++)
		if (kinds[i].id == id) {
			n->read = kinds[i].read;
			return 0;
		}
	return -1;
}
int node_read(struct node *n) { return n->read(n->x); }

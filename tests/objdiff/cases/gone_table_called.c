// SPDX-License-Identifier: GPL-2.0
// The same table, but it is only called from: nobody has anything of it afterwards.
// replace: lookup
// new: read_checked
// copy: kinds
// gone: read_plain
#include "kernel.h"
struct kind { int id; int (*read)(int); };
static int PREPOST(read_plain, read_checked)(int x) { return PREPOST(1, x > 4) ? ext(x) : 0; }
static int read_other(int x) { return ext2(x); }
static const struct kind kinds[] = {
	{ 4, PREPOST(read_plain, read_checked) }, { 9, read_other }, { 11, read_other },
	{ 12, read_other }, { 23, read_other }, { 24, read_other }, { 31, read_other },
	{ 52, read_other }, { 53, read_other }, { 54, read_other }, { 61, read_other },
	{ 72, read_other }, { 83, read_other }, { 84, read_other }, { 91, read_other },
};
int lookup(int id, int x)
{
	int i;

	for (i = 0; i < 15; i++)
		if (kinds[i].id == id)
			return kinds[i].read(x) + 1;
	return -1;
}

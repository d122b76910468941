// SPDX-License-Identifier: GPL-2.0
// Rows of arrays within a struct, or within rows.
// cflags: -g
// refuse: rows_moved:columns rows_moved:inside
#include "kernel.h"
struct dev { int row; };
static const struct { int n, rows[5]; } inside = {
	5, { 10, PREPOST(20, 15), PREPOST(30, 20), PREPOST(40, 30), PREPOST(50, 40) }
};
static const int columns[2][4] = {
	{ 10, PREPOST(20, 15), PREPOST(30, 20), PREPOST(40, 30) },
	{ 11, PREPOST(21, 16), PREPOST(31, 21), PREPOST(41, 31) },
};
int value(struct dev *d) { return inside.rows[d->row]; }
int column(struct dev *d, int w) { return columns[w & 1][d->row]; }

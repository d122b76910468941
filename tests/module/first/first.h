/* SPDX-License-Identifier: GPL-2.0 */
#include <linux/types.h>

struct first {
	int reads;
	int sum;
};

int first_add(struct first *first, int value);
int kspl_first_sum(int value);

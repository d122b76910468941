// SPDX-License-Identifier: GPL-2.0
#include "first.h"

int first_add(struct first *first, int value)
{
	first->sum += value;
	return first->sum;
}

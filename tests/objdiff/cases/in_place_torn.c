// SPDX-License-Identifier: GPL-2.0
// Two words of a row change: a reader may take the old type with the new limits.
// cflags: -g
// refuse: const_shared:policy
#include "kernel.h"
struct nla_policy { u8 type; u8 validation_type; unsigned short len; union { const void *nested; struct { short min, max; }; }; };
extern const int table[4];
const struct nla_policy policy[2] = {
	{ .type = 1, .len = 16 },
#ifdef POST
	{ .type = 9, .nested = table },
#else
	{ .type = 2, .validation_type = 1, .min = 0, .max = 9 },
#endif
};

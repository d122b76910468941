// SPDX-License-Identifier: GPL-2.0
// One word of each row changes, so each reader sees the old row or the new one.
// cflags: -g
// in_place: policy
#include "kernel.h"
struct nla_policy { u8 type; u8 validation_type; unsigned short len; union { const void *nested; struct { short min, max; }; }; };
const struct nla_policy policy[3] = {
	{ .type = 1, .len = PREPOST(16, 8) },
	{ .type = 2, .validation_type = 1, .min = 0, .max = PREPOST(9, 7) },
	{ .type = 3, .len = 4 },
};

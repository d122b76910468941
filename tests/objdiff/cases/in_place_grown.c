// SPDX-License-Identifier: GPL-2.0
// There is no room for the new row.
// cflags: -g
// options: --in-place policy
// refuse: const_shared:policy
#include "kernel.h"
struct nla_policy { u8 type; u8 validation_type; unsigned short len; union { const void *nested; struct { short min, max; }; }; };
const struct nla_policy policy[] = { { .type = 1 }, { .type = 2 },
#ifdef POST
	{ .type = 3 },
#endif
};

// SPDX-License-Identifier: GPL-2.0
// The table leads to a constant that is new, which comes along.
// cflags: -g
// options: --in-place policy
// new: inner
// in_place: policy
#include "kernel.h"
struct nla_policy { u8 type; u8 validation_type; unsigned short len; const void *nested; };
#ifdef POST
static const struct nla_policy inner[2] = { { .type = 1, .len = 2 } };
#endif
const struct nla_policy policy[2] = { { .type = 8 }, { .type = PREPOST(1, 9), .nested = PREPOST((void *)0, inner) } };

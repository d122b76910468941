// SPDX-License-Identifier: GPL-2.0
// A table leads to another that changed: who has the first may have the address of the
// second, which therefore changes in place, too.
// cflags: -g
// in_place: policy inner
#include "kernel.h"
struct nla_policy { u8 type; u8 validation_type; unsigned short len; union { const void *nested; struct { short min, max; }; }; };
static const struct nla_policy inner[2] = { { .type = 1, .len = PREPOST(4, 2) } };
const struct nla_policy policy[2] = { { .type = PREPOST(8, 9), .nested = inner } };

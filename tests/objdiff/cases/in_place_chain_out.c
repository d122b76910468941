// SPDX-License-Identifier: GPL-2.0
// ... unless that can't.
// cflags: -g
// refuse: const_shared:policy
#include "kernel.h"
struct nla_policy { u8 type; u8 validation_type; unsigned short len; union { const void *nested; struct { short min, max; }; }; };
struct limits { int a, b; };
static const struct limits inner = { 1, PREPOST(2, 3) };
const struct nla_policy policy[2] = { { .type = PREPOST(8, 9), .nested = &inner } };

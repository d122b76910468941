// SPDX-License-Identifier: GPL-2.0
// The same beside a change of code is said, and no more.
// replace: f
#include "kernel.h"
noinline int fails(int v) { return ext(v); }
int f(int v) { return PREPOST(ext(v), v ? ext(v) : 0) + 1; }
#ifndef POST
struct allowed { u64 at; u32 type; };
static struct allowed __used
	__section("_error_injection_whitelist") allow = { (u64)fails, 2 };
#endif

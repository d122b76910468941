// SPDX-License-Identifier: GPL-2.0
// A function may not be made to fail any more, another one may: that is read at boot, and
// nothing else changed.
// refuse: special_changed:fails special_changed:works
#include "kernel.h"
noinline int fails(int v) { return ext(v); }
noinline int works(int v) { return ext2(v); }
noinline int stays(int v) { return ext2(v + 1); }
struct allowed { u64 at; u32 type; };
#define ALLOW(f) static struct allowed __used					\
	__section("_error_injection_whitelist") allow_##f = { (u64)f, 2 }
#ifdef POST
ALLOW(works);
#else
ALLOW(fails);
#endif
ALLOW(stays);

// SPDX-License-Identifier: GPL-2.0
// Code that must not be probed any more; probes on the running kernel's stay possible.
// refuse: special_changed:by_section special_changed:by_list
#include "kernel.h"
#ifdef POST
#define __kprobes __section(".kprobes.text")
#else
#define __kprobes
#endif
int __kprobes by_section(int x) { return ext(x); }
int by_list(int x) { return ext2(x) + PREPOST(1, 2); }
int always_so(int x) { return ext(x) * 3; }
static void *listed __section("_kprobe_blacklist") __used = (void *)always_so;
#ifdef POST
static void *listed_too __section("_kprobe_blacklist") __used = (void *)by_list;
#endif

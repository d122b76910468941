// SPDX-License-Identifier: GPL-2.0
// The index of formats is for user space, and keyed by lines: no change.
// status: 3
#include "kernel.h"
#define printk(fmt, ...) ({						\
	static const struct { const char *text, *file; int line; } entry \
		__section(".printk_index") __used = {			\
		fmt, __FILE__, __LINE__ };				\
	log_msg(fmt, ##__VA_ARGS__); })
#ifdef POST
/* a line
 * more */
#endif
int f(int x) { return printk("x is %d\n", x); }

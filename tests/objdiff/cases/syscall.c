// SPDX-License-Identifier: GPL-2.0
// A system call changes behind its wrappers: the inlined body is the
// wrapper's, which is what the table of system calls points to.
// replace: __x64_sys_thing
#include "kernel.h"
struct regs { long di, si; };
static inline long __do_sys_thing(long a, long b) { return ext(a + PREPOST(b, b + 1)); }
static long __se_sys_thing(long a, long b)
{
	return __do_sys_thing(a, b);
}
long __x64_sys_thing(const struct regs *regs);
long __x64_sys_thing(const struct regs *regs) { return __se_sys_thing(regs->di, regs->si); }
typedef long (*call_t)(const struct regs *);
const call_t sys_call_table[] = { __x64_sys_thing };

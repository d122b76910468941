/* SPDX-License-Identifier: GPL-2.0 */
/* What reading an update and matching it need to know about x86-64 */
#ifndef _X86_KSPLICE_SITES_H
#define _X86_KSPLICE_SITES_H

#include <linux/elf.h>
#include <linux/types.h>

/* Of a near call or jmp: opcode and displacement */
#define BRANCH_SIZE	5

/* Longest alternative there can be: alt_instr.instrlen is one byte */
#define ALT_MAX		255

/* ksplice_f_site.feature: a feature's number, and flags */
#define ALT_CPUID	0xffff
#define ALT_UNLESS	0x10000
#define ALT_DIRECT	0x20000

static inline bool is_relative(u32 type)
{
	return type == R_X86_64_PC32 || type == R_X86_64_PLT32 ||
	       type == R_X86_64_PC64;
}

#endif /* _X86_KSPLICE_SITES_H */

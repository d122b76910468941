/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * ksplice - does a livepatch redirect a function?
 */
#ifndef _KERNEL_KSPLICE_LIVEPATCH_H
#define _KERNEL_KSPLICE_LIVEPATCH_H

#ifdef CONFIG_LIVEPATCH
const char *ksplice_livepatch_of(unsigned long addr);
#else
static inline const char *ksplice_livepatch_of(unsigned long addr)
{
	return NULL;
}
#endif

#endif /* _KERNEL_KSPLICE_LIVEPATCH_H */
